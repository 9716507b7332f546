// <fleet-installer-button> in a page of another site.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { assertSecretOnlyPosted } from "../harness/browser.js";
import { arrived } from "../harness/files.js";
import { FLEET_URL, SECRET } from "../harness/form.js";
import { TOP } from "../harness/program.js";
import { Site } from "../harness/site.js";
import { world } from "../harness/world.js";

const here = world();
let site;
before(async () => (site = await Site.start()));
after(() => site.stop());

const embedding = (service, attributes = "", script = "") => `<!doctype html><html lang="en"><title>Another site</title>
  <script type="module" src="${service.url}fleet-installer-button.js"></script>
  <fleet-installer-button type="deb" fleet-url="${FLEET_URL}" ${attributes}></fleet-installer-button>
  <script type="module">
    window.events = [];
    const button = document.querySelector("fleet-installer-button");
    for (const name of ["request", "progress", "ready", "error"]) {
      addEventListener("fleet-installer-" + name, (event) => events.push([name, structuredClone(event.detail)]));
    }
    await customElements.whenDefined("fleet-installer-button");
    ${script}
  </script>`;
const events = (page) => page.evaluate(() => window.events);
const eventNamed = (page, name) => page.waitForFunction((name) => window.events.find(([of]) => of === name)?.[1], name);

test("the page of the docs has a package built and downloaded", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: site.origin });
  const example = await readFile(`${TOP}docs/embed-example.html`, "utf8");
  site.show(example.replaceAll("https://packager.example.com/", service.url));
  const { page, seen } = await here.open(site.origin);
  for (const [label, name] of [
    ["Debian, Ubuntu", "fleet-osquery_1.58.0_amd64.deb"],
    ["Windows", "fleet-osquery.msi"],
  ]) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: label }).click();
    const file = await arrived(await download);
    assert.equal(file.name, name);
    await page.getByRole("listitem").filter({ hasText: `ready: ${name}, SHA-256 ${file.sha256}` }).waitFor();
    await page.getByRole("status").filter({ hasText: `${name} is being downloaded.` }).waitFor();
  }
  const posts = seen.requests.filter((request) => request.method() === "POST").map((request) => JSON.parse(request.postData()));
  assert.deepEqual(posts[0], { type: "deb", "fleet-desktop": true, fleet_url: FLEET_URL, enroll_secret: "replace-me" });
  assert.equal(page.url(), `${site.origin}/`, "the page has stayed");
});

test("it works under a strict policy of the site, keeps the secret to itself and tells of each stage", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: site.origin });
  const origin = new URL(service.url).origin;
  site.show(
    embedding(service, `enroll-secret="${SECRET}" arch="arm64"`).replace("<script type=\"module\">", '<script type="module" nonce="n">'),
    `default-src 'none'; script-src ${origin} 'nonce-n'; connect-src ${origin}; require-trusted-types-for 'script'`,
  );
  const tab = await here.open(site.origin);
  const { page } = tab;
  here.repository.hold();
  const button = page.getByRole("button", { name: "Download installer" });
  await button.click();
  await page.getByRole("status").filter({ hasText: "Building the package" }).waitFor();
  assert.ok(await button.isDisabled(), "one request is enough");
  const download = page.waitForEvent("download");
  here.repository.release();
  assert.equal((await arrived(await download)).name, "fleet-osquery_1.58.0_arm64.deb");
  const told = await events(page);
  assert.ok(told.some(([name, { stage }]) => name === "progress" && stage === "building"), JSON.stringify(told));
  const [, ready] = told.find(([name]) => name === "ready");
  assert.equal(ready.file_name, "fleet-osquery_1.58.0_arm64.deb");
  assert.match(ready.package_id, /^[0-9a-f-]{36}$/);
  assert.ok(await button.isEnabled());
  await assertSecretOnlyPosted(tab, SECRET);
});

test("the site may add fields before the request, and may stop it", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: site.origin });
  site.show(
    embedding(
      service,
      'service="false" packager="' + service.url + '" fleet-desktop="false" debug',
      `window.stops = true;
       button.fields = { "osquery-flagfile": "--verbose=true" };
       button.addEventListener("fleet-installer-request", (event) => {
         event.detail.fields.enroll_secret = "put in at the last moment";
         if (stops) event.preventDefault();
       });`,
    ),
  );
  const { page, seen } = await here.open(site.origin);
  await page.evaluate(() => document.querySelector("fleet-installer-button").download());
  assert.ok(!seen.requests.some((request) => request.method() === "POST"));
  await page.evaluate(() => (window.stops = false));
  const download = page.waitForEvent("download");
  await page.getByRole("button").click();
  await arrived(await download);
  assert.deepEqual(JSON.parse(seen.requests.find((request) => request.method() === "POST").postData()), {
    type: "deb",
    fleet_url: FLEET_URL,
    enroll_secret: "put in at the last moment",
    "fleet-desktop": false,
    service: false,
    debug: true,
    "osquery-flagfile": "--verbose=true",
  });
});

test("a secret may come before the script, and after it", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: site.origin });
  const early = `<script>
    const early = document.querySelector("fleet-installer-button");
    early.enrollSecret = "early";
    early.fields = { debug: true };
  </script>`;
  site.show(embedding(service).replace('<script type="module">', `${early}<script type="module">`));
  const { page, seen } = await here.open(site.origin);
  const posted = () => seen.requests.filter((request) => request.method() === "POST").map((request) => JSON.parse(request.postData()));
  const press = async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button").click();
    await arrived(await download);
  };
  await press();
  assert.deepEqual([posted()[0].enroll_secret, posted()[0].debug], ["early", true]);
  const markup = await page.evaluate(() => {
    const button = document.querySelector("fleet-installer-button");
    button.setAttribute("enroll-secret", "late");
    return button.outerHTML;
  });
  assert.ok(!markup.includes("late"), markup);
  await press();
  assert.equal(posted()[1].enroll_secret, "late");
});

test("errors reach the site with their fields, and a limit with its end", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: site.origin, PACKAGER_RATE_CREATE: "1/h" });
  site.show(embedding(service));
  const tab = await here.open(site.origin);
  tab.seen.expected = [/status of 400/, /status of 429/];
  const { page } = tab;
  await page.getByRole("button").click();
  const refused = await (await eventNamed(page, "error")).jsonValue();
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.errors, [{ field: "enroll_secret", detail: "is required" }]);
  await page.getByRole("status").filter({ hasText: "enroll_secret is required." }).waitFor();
  await page.evaluate(() => (window.events = []));
  await page.getByRole("button").click();
  const limited = await (await eventNamed(page, "error")).jsonValue();
  assert.equal(limited.status, 429);
  assert.ok(limited.retryAfterSeconds > 3500 && limited.retryAfterSeconds <= 3600, String(limited.retryAfterSeconds));
  await page.getByRole("status").filter({ hasText: "Try again in 60 minutes." }).waitFor();
});

test("a build that failed, and a package that is gone, are errors", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: site.origin });
  site.show(embedding(service, `enroll-secret="${SECRET}" orbit-channel="nightly"`));
  const { page } = await here.open(site.origin);
  await page.getByRole("button").click();
  assert.match((await (await eventNamed(page, "error")).jsonValue()).message, /nightly/);
});

test("a site that is not allowed gets nothing", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: "https://fleet.example.com" });
  site.show(embedding(service, `enroll-secret="${SECRET}"`));
  const tab = await here.open(site.origin);
  tab.seen.expected = [/blocked by CORS policy/, /ERR_FAILED/];
  await tab.page.getByRole("button").click();
  const { message } = await (await eventNamed(tab.page, "error")).jsonValue();
  assert.equal(message, "The service cannot be reached.");
  assert.ok(!service.log.includes('"route":"/create","status":200'), service.log);
});

test("it can be styled, read out, and used by keyboard", async () => {
  const service = await here.serve({ PACKAGER_ALLOWED_ORIGINS: site.origin });
  site.show(
    `${embedding(service, `enroll-secret="${SECRET}"`)}
     <style>
       fleet-installer-button { --fleet-installer-accent: rgb(1, 2, 3); }
       fleet-installer-button::part(button) { letter-spacing: 3px; }
     </style>`,
  );
  const { page } = await here.open(site.origin);
  const button = page.getByRole("button", { name: "Download installer" });
  const style = await button.evaluate((element) => {
    const { backgroundColor, letterSpacing } = getComputedStyle(element);
    return { backgroundColor, letterSpacing };
  });
  assert.deepEqual(style, { backgroundColor: "rgb(1, 2, 3)", letterSpacing: "3px" });
  await page.keyboard.press("Tab");
  const download = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  await arrived(await download);
});
