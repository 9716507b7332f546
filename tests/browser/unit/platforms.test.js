import assert from "node:assert/strict";
import { test } from "node:test";

import { platforms } from "../harness/modules.js";

const { PLATFORMS, guess, installCommand } = platforms;
const UA = (system) => `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`;
const hints = (platform, architecture) => ({ platform, getHighEntropyValues: async () => ({ architecture }) });

test("the platform is guessed from what the browser tells", async () => {
  for (const [userAgent, userAgentData, type, arch] of [
    [UA("Macintosh; Intel Mac OS X 10_15_7"), undefined, "pkg", "amd64"],
    [UA("Macintosh; Intel Mac OS X 10_15_7"), hints("macOS", "arm"), "pkg", "arm64"],
    [UA("Windows NT 10.0; Win64; x64"), hints("Windows", "x86"), "msi", "amd64"],
    [UA("Windows NT 10.0; Win64; x64"), hints("Windows", "arm"), "msi", "arm64"],
    [UA("X11; Linux x86_64"), hints("Linux", "x86"), "deb", "amd64"],
    [UA("X11; Linux aarch64"), undefined, "deb", "arm64"],
    ["Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", undefined, "deb", "amd64"],
    ["Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", undefined, "rpm", "amd64"],
    [UA("iPhone; CPU iPhone OS 18_0 like Mac OS X"), undefined, "deb", "amd64"],
    ["", undefined, "deb", "amd64"],
    [undefined, { platform: "Linux", getHighEntropyValues: async () => assert.fail() }, "deb", "amd64"],
  ]) {
    assert.deepEqual(await guess({ userAgent, userAgentData }), { type, arch }, String(userAgent));
  }
});

test("each type has a command, and no name breaks out of it", () => {
  for (const { type } of PLATFORMS) {
    const name = "fleet-osquery_1.58.0~rc.1+x-1_amd64.deb";
    assert.ok(installCommand(type, name).includes(` ${name}`), type);
    for (const bad of ["x; rm -rf ~", "$(id)", "`id`", "a b", "-rf", "../x", "", "x\ny", "x'y", 'x"y', "é"]) {
      assert.equal(installCommand(type, bad), "", bad);
    }
  }
  assert.equal(installCommand("apk", "x.apk"), "");
});
