// Choose, build, download: the page as most people meet it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertSecretOnlyPosted } from "../harness/browser.js";
import { arrived } from "../harness/files.js";
import { FLEET_URL, SECRET, fill, now, openOptions, outcomeTitle, submit } from "../harness/form.js";
import { TOP } from "../harness/program.js";
import { world } from "../harness/world.js";

const here = world();

for (const [platform, type, name, command] of [
  ["Debian, Ubuntu", "deb", /^fleet-osquery_1\.58\.0_amd64\.deb$/, "sudo dpkg --install "],
  ["Fedora, RHEL, SUSE", "rpm", /^fleet-osquery-1\.58\.0-1\.x86_64\.rpm$/, "sudo rpm --upgrade --replacepkgs "],
  ["Arch Linux", "pkg.tar.zst", /^fleet-osquery-1\.58\.0-1-x86_64\.pkg\.tar\.zst$/, "sudo pacman -U "],
  ["Windows", "msi", /^fleet-osquery\.msi$/, "msiexec /i "],
  ["macOS", "pkg", /^fleet-osquery\.pkg$/, "sudo installer -pkg "],
]) {
  test(`${type}: one request, and the file arrives by itself, as the page describes it`, async () => {
    const service = await here.serve();
    const tab = await here.open(service.url);
    const { page, seen } = tab;
    await fill(page, platform);
    const download = page.waitForEvent("download");
    await submit(page);
    const file = await arrived(await download);
    assert.match(file.name, name);

    await now(page).filter({ hasText: "The download has started" }).waitFor();
    const text = await page.getByRole("region").innerText();
    const facts = [file.name, file.sha256, `${file.size} bytes`, "orbit 1.58.0, osqueryd 5.20.0", command + file.name];
    for (const shown of facts) assert.ok(text.includes(shown), `${shown} in ${text}`);
    const { expires_at: expiresAt } = await (await statusOf(service, page)).json();
    assert.equal(await page.locator("time").getAttribute("datetime"), expiresAt);
    const posts = seen.requests.filter((request) => request.method() === "POST");
    assert.deepEqual(JSON.parse(posts[0].postData()), {
      type,
      ...(type !== "pkg" && { arch: "amd64" }),
      fleet_url: FLEET_URL,
      enroll_secret: SECRET,
    });
    await assertSecretOnlyPosted(tab, SECRET);
    assert.ok(seen.requests.every((request) => request.url().startsWith(service.url)), "nothing from elsewhere");
    assert.ok(!service.log.includes(SECRET));
  });
}

/** The status of the package that the page shows. */
async function statusOf(service, page) {
  const url = await page.getByRole("link", { name: "Download again" }).getAttribute("href");
  return service.ask(`status?package_id=${url.split("/").at(-1)}`);
}

test("the stages are shown as they happen, and a reload goes on with the same package", async () => {
  const service = await here.serve();
  const tab = await here.open(service.url);
  const { page, seen } = tab;
  here.repository.hold();
  await fill(page);
  await submit(page);
  await now(page).filter({ hasText: "Building the package" }).waitFor();
  await page.getByRole("listitem").filter({ hasText: "Building the package" }).waitFor();
  assert.ok(await page.locator("#download").isDisabled(), "one request is enough");

  await page.reload();
  await now(page).filter({ hasText: "Building the package" }).waitFor();
  assert.equal(await page.getByLabel("Enroll secret").inputValue(), "");
  const download = page.waitForEvent("download");
  here.repository.release();
  const file = await arrived(await download);
  await outcomeTitle(page).filter({ hasText: file.name }).waitFor();
  assert.ok((await page.getByRole("region").innerText()).includes(file.sha256));
  await assertSecretOnlyPosted(tab, SECRET);

  // What is there is shown again, and not downloaded again.
  let again = 0;
  page.on("download", () => again++);
  await page.reload();
  await now(page).filter({ hasText: /^Ready\.$/ }).waitFor();
  assert.equal(again, 0);
  assert.equal(seen.requests.filter((request) => request.method() === "POST").length, 1);
});

test("what the form offers is what the platform knows, and what is asked for is what was chosen", async () => {
  const service = await here.serve();
  const { page, seen } = await here.open(service.url);
  await openOptions(page);
  await fill(page, "macOS");
  assert.ok(await page.getByRole("group", { name: "Processor" }).isHidden());
  assert.ok(await page.locator("#end-user-email").isHidden());
  await page.locator("#use-system-configuration").check();
  await fill(page, "Debian, Ubuntu");
  assert.ok(await page.locator("#use-system-configuration").isHidden());
  await page.getByRole("radio", { name: "ARM" }).check();
  await page.getByLabel("Include Fleet Desktop").check();
  await page.getByLabel("Install and start the agent’s service").uncheck();
  await page.locator("#host-identifier").selectOption("instance");
  await page.locator("#end-user-email").fill(" someone@example.com ");
  await page.locator("#orbit-channel").fill("edge");
  await page.getByLabel("A file for --osquery-flagfile").setInputFiles({
    name: "osquery.flags",
    mimeType: "text/plain",
    buffer: Buffer.from("--verbose=true\n"),
  });
  await page.waitForFunction(() => document.querySelector("#osquery-flagfile").value !== "");
  const download = page.waitForEvent("download");
  await submit(page);
  assert.equal((await arrived(await download)).name, "fleet-osquery_1.59.0~rc.1_arm64.deb");
  assert.deepEqual(JSON.parse(seen.requests.find((request) => request.method() === "POST").postData()), {
    type: "deb",
    arch: "arm64",
    fleet_url: FLEET_URL,
    enroll_secret: SECRET,
    "fleet-desktop": true,
    service: false,
    "osquery-flagfile": "--verbose=true\n",
    "host-identifier": "instance",
    "end-user-email": "someone@example.com",
    "orbit-channel": "edge",
  });
  assert.match(await page.getByRole("region").innerText(), /Fleet Desktop 1\.58\.0/);
});

test("for a pkg of the system’s configuration the profile is offered", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url);
  await fill(page, "macOS");
  await openOptions(page);
  await page.locator("#use-system-configuration").check();
  const download = page.waitForEvent("download");
  await submit(page);
  const file = await arrived(await download);
  assert.ok(!file.content.includes(SECRET));
  const profile = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download configuration profile" }).click();
  const { name, content } = await arrived(await profile);
  assert.equal(name, "fleetd.mobileconfig");
  assert.ok(content.includes(SECRET) && content.includes(FLEET_URL));
});

test("a signature that lies beside its package is offered", async () => {
  const service = await here.serve({ PACKAGER_SIGNING_RPM_KEY: `file:${TOP}fixtures/openpgp/ed25519.asc` });
  const { page } = await here.open(service.url);
  await fill(page, "Arch Linux");
  const download = page.waitForEvent("download");
  await submit(page);
  const { name } = await arrived(await download);
  const signature = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download signature" }).click();
  assert.equal((await arrived(await signature)).name, `${name}.sig`);
  assert.match(await page.getByRole("region").innerText(), /Signed\s+yes/);
});

test("a host alone is one that speaks https, and a secret can be looked at", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url);
  await page.getByLabel("Fleet URL").fill("fleet.example.com:8443");
  const secret = page.getByLabel("Enroll secret");
  await secret.fill(SECRET);
  assert.equal(await page.getByLabel("Fleet URL").inputValue(), "https://fleet.example.com:8443");
  const show = page.getByRole("button", { name: "Show" });
  assert.equal(await secret.getAttribute("type"), "password");
  await show.click();
  assert.equal(await secret.getAttribute("type"), "text");
  assert.equal(await show.getAttribute("aria-pressed"), "true");
  await submit(page);
  assert.equal(await secret.getAttribute("type"), "password", "not for longer than needed");
  assert.equal(await show.getAttribute("aria-pressed"), "false");
  await now(page).filter({ hasText: "started" }).waitFor();
});

test("the command and the digest can be copied", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url, { permissions: ["clipboard-read", "clipboard-write"] });
  await fill(page);
  await submit(page);
  await page.getByRole("button", { name: "Copy command" }).click();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  assert.equal(await clipboard(), "sudo dpkg --install fleet-osquery_1.58.0_amd64.deb");
  await page.getByRole("button", { name: "Copied command" }).waitFor();
  await page.getByRole("button", { name: "Copy SHA-256" }).click();
  assert.match(await clipboard(), /^[0-9a-f]{64}$/);
});
