#!/usr/bin/env python3
"""Makes and keeps an update repository for Fleet's agent, with python-tuf. docs/own-updates.md says how it is used.

    update_repository.py init        --repository DIR --keys DIR
    update_repository.py copy        --repository DIR --keys DIR --from URL --root FILE [--channel NAME] PLATFORM ...
    update_repository.py add         --repository DIR --keys DIR NAME=FILE ... --version VERSION
    update_repository.py timestamp   --repository DIR --keys DIR
    update_repository.py renew       --repository DIR --keys DIR
    update_repository.py rotate-root --repository DIR --keys DIR --new-key FILE

The folder of keys has root.pem, targets.pem, snapshot.pem and timestamp.pem: Ed25519, PKCS#8. `timestamp` reads no key but
timestamp.pem; root.pem is read by `init` and `rotate-root` alone.
"""

import argparse
import os
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer
from tuf.ngclient import Updater

# How long each role's metadata counts. The timestamp's is the longest outage of the machine that signs it.
DAYS = {"root": 730, "targets": 365, "snapshot": 90, "timestamp": 14}
# orbit prefers SHA-512.
DIGESTS = ["sha256", "sha512"]
# What Fleet's repository calls the parts of the agent, by platform.
PROGRAMS = {
    "linux": ["orbit/linux/{}/orbit", "osqueryd/linux/{}/osqueryd", "desktop/linux/{}/desktop.tar.gz"],
    "linux-arm64": [
        "orbit/linux-arm64/{}/orbit",
        "osqueryd/linux-arm64/{}/osqueryd",
        "desktop/linux-arm64/{}/desktop.tar.gz",
    ],
    "macos": [
        "orbit/macos/{}/orbit",
        "osqueryd/macos-app/{}/osqueryd.app.tar.gz",
        "desktop/macos/{}/desktop.app.tar.gz",
    ],
    "windows": [
        "orbit/windows/{}/orbit.exe",
        "osqueryd/windows/{}/osqueryd.exe",
        "desktop/windows/{}/fleet-desktop.exe",
    ],
    "windows-arm64": [
        "orbit/windows-arm64/{}/orbit.exe",
        "osqueryd/windows-arm64/{}/osqueryd.exe",
        "desktop/windows-arm64/{}/fleet-desktop.exe",
    ],
}


def signer(path):
    return CryptoSigner(load_pem_private_key(Path(path).read_bytes(), None))


class Repository:
    def __init__(self, arguments):
        self.folder, self.keys = arguments.repository, arguments.keys

    def key(self, role):
        return signer(self.keys / f"{role}.pem")

    def read(self, role):
        return Metadata.from_file(str(self.folder / f"{role}.json"))

    def write(self, path, content):
        """Clients see the old file or the new one."""
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.new")
        unfinished.write_bytes(content)
        os.replace(unfinished, path)

    def publish(self, signed, *signers):
        """Signs the role and publishes it; returns what another role says of it."""
        signed.expires = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=DAYS[signed.type])
        metadata = Metadata(signed)
        for one in signers or [self.key(signed.type)]:
            metadata.sign(one, append=True)
        content = metadata.to_bytes(JSONSerializer(compact=False))
        if signed.type == "root":
            # Clients walk through every version.
            self.write(f"{signed.version}.root.json", content)
        self.write(f"{signed.type}.json", content)
        return MetaFile.from_data(signed.version, content, DIGESTS)

    def publish_targets(self, targets):
        """The timestamp comes last: what it leads to is there when it is."""
        targets.version += 1
        snapshot = self.read("snapshot").signed
        snapshot.version += 1
        snapshot.meta["targets.json"] = self.publish(targets)
        self.publish_timestamp(self.publish(snapshot))

    def publish_timestamp(self, snapshot_meta=None):
        timestamp = self.read("timestamp").signed
        timestamp.version += 1
        timestamp.snapshot_meta = snapshot_meta or timestamp.snapshot_meta
        self.publish(timestamp)

    def add(self, targets, name, content, custom):
        target = TargetFile.from_data(name, content, DIGESTS)
        # Packages get their version from it.
        target.unrecognized_fields["custom"] = custom
        targets.targets[name] = target
        self.write(f"targets/{name}", content)
        print(f"{name} {custom['version']}")


def init(repository, arguments):
    # Fleet's own repository has no consistent snapshots either.
    root = Root(consistent_snapshot=False)
    for role in DAYS:
        root.add_key(repository.key(role).public_key, role)
    repository.publish(root)
    snapshot = Snapshot(meta={"targets.json": repository.publish(Targets())})
    repository.publish(Timestamp(snapshot_meta=repository.publish(snapshot)))


def copy(repository, arguments):
    """Takes nothing over that the other repository's signatures do not vouch for."""
    url = arguments.source.rstrip("/")
    with tempfile.TemporaryDirectory() as folder:
        other = Updater(folder, f"{url}/", folder, f"{url}/targets/", bootstrap=arguments.root.read_bytes())
        other.refresh()
        targets = repository.read("targets").signed
        for name in [name.format(arguments.channel) for p in arguments.platforms for name in PROGRAMS[p]]:
            info = other.get_targetinfo(name)
            if info is None:
                raise SystemExit(f"{url} has no {name}")
            content = Path(other.download_target(info)).read_bytes()
            repository.add(targets, name, content, info.custom or {})
    repository.publish_targets(targets)


def add(repository, arguments):
    targets = repository.read("targets").signed
    for target in arguments.targets:
        name, _, path = target.partition("=")
        repository.add(targets, name, Path(path).read_bytes(), {"version": arguments.version})
    repository.publish_targets(targets)


def rotate_root(repository, arguments):
    """The new root is signed by the old key, for those who trust it, and by the new one."""
    root, old, new = repository.read("root").signed, repository.key("root"), signer(arguments.new_key)
    root.revoke_key(old.public_key.keyid, "root")
    root.add_key(new.public_key, "root")
    root.version += 1
    repository.publish(root, old, new)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(name, run):
        one = commands.add_parser(name)
        one.add_argument("--repository", type=Path, required=True)
        one.add_argument("--keys", type=Path, required=True)
        one.set_defaults(run=run)
        return one

    command("init", init)
    one = command("copy", copy)
    one.add_argument("--from", dest="source", metavar="URL", required=True)
    one.add_argument("--root", type=Path, required=True)
    one.add_argument("--channel", default="stable")
    one.add_argument("platforms", nargs="+", choices=PROGRAMS, metavar="PLATFORM")
    one = command("add", add)
    one.add_argument("--version", required=True)
    one.add_argument("targets", nargs="+", metavar="NAME=FILE")
    command("timestamp", lambda repository, _: repository.publish_timestamp())
    command("renew", lambda repository, _: repository.publish_targets(repository.read("targets").signed))
    command("rotate-root", rotate_root).add_argument("--new-key", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.run(Repository(arguments), arguments)


if __name__ == "__main__":
    main()
