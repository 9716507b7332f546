//! What the package carries: every path of section 3.4 with its type, mode, owner and target, and no other.

use std::collections::BTreeMap;
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::arch::{ArchHost, ArchPackage, build_arch};
use packager_tests::installers::{ALWAYS, CERTIFICATES, DESKTOP, everything};
use packager_tests::listing::{Listing, assert_same};
use packager_tests::ran::Ran;
use packager_tests::request::Request;

/// pacman's own files.
const OF_PACMAN: &str = "
    f 0644 0:0 /.BUILDINFO
    f 0644 0:0 /.INSTALL
    f 0644 0:0 /.MTREE
    f 0644 0:0 /.PKGINFO
";

fn assert_carries(request: &Request, expected: &str) {
    let package = build_arch(request, &AgentFixture::scripts("1.58.0"));
    let expected = Listing::table(&[OF_PACMAN, expected].concat());
    assert_same(&Listing::of_arch(&package), &expected);
}

/// Runs a script on this machine, with the package as `$1`.
fn with(package: &ArchPackage, script: &str) -> String {
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script, "bash"])
        .arg(package.path());
    Ran::new(bash).expect_success()
}

#[test]
fn amd64() {
    assert_carries(&Request::arch(), ALWAYS);
}

#[test]
fn amd64_with_everything() {
    assert_carries(
        &Request::arch().with_everything(),
        &[ALWAYS, DESKTOP, CERTIFICATES].concat(),
    );
}

#[test]
fn arm64_of_other_channels_with_everything() {
    let (request, carried) = everything(Request::arch());
    assert_carries(&request, &carried);
}

/// What a package of the same request has as a deb, it has as an Arch package, to the byte and the second.
#[test]
fn files_are_the_debs() {
    let agent = AgentFixture::scripts("1.58.0");
    let request = Request::deb().with_everything();
    let (deb, arch) = (
        build_arch(&request, &agent),
        build_arch(&request.with("type", "pkg.tar.zst"), &agent),
    );
    let script = r#"
        folder=$(mktemp --directory)
        trap 'rm -r "$folder"' EXIT
        mkdir "$folder/deb" "$folder/arch"
        dpkg-deb --fsys-tarfile "$1" | tar --extract --directory "$folder/deb"
        zstd --decompress --stdout "$2" | tar --extract --directory "$folder/arch" --exclude '.[A-Z]*'
        diff --recursive --no-dereference "$folder/deb" "$folder/arch"
        list() { (cd "$folder/$1" && find . -mindepth 1 -printf '%p %y %m %U:%G %s %T@ %l\n' | grep -v ' d ' | sort); }
        list deb >"$folder/deb.list"
        list arch | diff "$folder/deb.list" -
        wc -l <"$folder/deb.list"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script, "bash"])
        .args([deb.path(), arch.path()]);
    let files: usize = Ran::new(bash).expect_success().trim().parse().unwrap();
    assert_eq!(files, 17);
}

#[test]
fn pacman_reads_what_it_says_of_itself() {
    for (arch, architecture) in [("amd64", "x86_64"), ("arm64", "aarch64")] {
        let host = ArchHost::for_architecture(architecture);
        let package = build_arch(&Request::arch().with("arch", arch), &AgentFixture::scripts("1.58.0"));
        assert_eq!(
            package.file_name(),
            format!("fleet-osquery-1.58.0-1-{architecture}.pkg.tar.zst")
        );
        let said = host.pacman(&["-Qip", &host.place(&package)]);
        assert!(said.succeeded() && said.stderr.is_empty(), "{said}");
        for (field, value) in [
            ("Name", "fleet-osquery"),
            ("Version", "1.58.0-1"),
            ("Architecture", architecture),
            ("Description", "Fleet osquery -- runtime and autoupdater"),
            ("URL", "https://fleetdm.com"),
            ("Licenses", "MIT AND (Apache-2.0 OR GPL-2.0-only)"),
            ("Packager", "Fleet Device Management"),
            ("Install Script", "Yes"),
            ("Depends On", "None"),
        ] {
            let line = said.stdout.lines().find(|line| line.starts_with(field));
            let found = line
                .and_then(|line| line.split_once(": "))
                .map(|(_, value)| value.trim());
            assert_eq!(found, Some(value), "{said}");
        }
        assert!(host.pacman_install(&package).succeeded());
    }
}

/// makepkg's own fields, all of which libarchive and pacman read.
#[test]
fn build_information_is_makepkgs() {
    let package = build_arch(&Request::arch(), &AgentFixture::scripts("1.58.0"));
    let said = with(&package, r#"bsdtar -xOqf "$1" .BUILDINFO"#);
    for line in [
        "format = 2",
        "pkgname = fleet-osquery",
        "pkgver = 1.58.0-1",
        "pkgarch = x86_64",
    ] {
        assert!(said.lines().any(|found| found == line), "{line}: {said}");
    }
}

/// Paths with their keywords, what `/set` says included.
fn keywords(mtree: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut set = BTreeMap::new();
    let mut paths = BTreeMap::new();
    let word = |word: &str| {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        (name.to_owned(), value.to_owned())
    };
    for line in mtree.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        match words.next().unwrap() {
            "/set" => set.extend(words.map(word)),
            path => {
                let mut all = set.clone();
                all.extend(words.map(word));
                paths.insert(path.to_owned(), all);
            }
        }
    }
    paths
}

/// makepkg has bsdtar write `.MTREE`.
#[test]
fn the_list_of_files_is_bsdtars() {
    let package = build_arch(&Request::arch().with_everything(), &AgentFixture::scripts("1.58.0"));
    let ours = keywords(&with(&package, r#"bsdtar -xOf "$1" .MTREE | gzip -d"#));
    let bsdtars = with(
        &package,
        r#"bsdtar -cf - --format=mtree --exclude .MTREE \
            --options='!all,use-set,type,uid,gid,mode,time,size,md5,sha256,link' "@$1""#,
    );
    let mut bsdtars = keywords(&bsdtars);
    // What holds secrets has no digest: everybody on the host can read the list.
    for path in [
        "./etc/default/orbit",
        "./opt/orbit/fleet_client.crt",
        "./opt/orbit/fleet_client.key",
    ] {
        let keywords = bsdtars.get_mut(path).unwrap();
        for digest in ["md5digest", "sha256digest"] {
            assert!(keywords.remove(digest).is_some(), "{path} {digest}");
        }
    }
    assert_eq!(ours, bsdtars);
}
