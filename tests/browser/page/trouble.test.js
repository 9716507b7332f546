// What the page says when something is wrong, and when it is worth trying again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrived } from "../harness/files.js";
import { FLEET_URL, SECRET, fill, now, openOptions, outcomeTitle, submit, trouble } from "../harness/form.js";
import { world } from "../harness/world.js";

const here = world();

/** The errors that the page shows, by field. */
const shownErrors = (page) =>
  page.evaluate(() => {
    const shown = [...document.querySelectorAll(".error")].filter((place) => place.checkVisibility());
    return Object.fromEntries(shown.map((place) => [place.id.replace("error-", ""), place.textContent]));
  });

test("what is missing is said at its field, and nothing is sent", async () => {
  const service = await here.serve();
  const { page, seen } = await here.open(service.url);
  await submit(page);
  assert.deepEqual(await shownErrors(page), {
    fleet_url: "Fleet URL is required.",
    enroll_secret: "Enroll secret is required.",
  });
  const url = page.getByLabel("Fleet URL");
  assert.ok(await url.evaluate((field) => field === document.activeElement));
  assert.equal(await url.getAttribute("aria-invalid"), "true");
  assert.equal(await url.getAttribute("aria-describedby"), "error-fleet_url");
  assert.ok(!seen.requests.some((request) => request.method() === "POST"));
});

test("every error of the service stands at its field, at once", async () => {
  const service = await here.serve();
  const tab = await here.open(service.url);
  tab.seen.expected = [/status of 400/];
  const { page } = tab;
  await fill(page, "Debian, Ubuntu");
  await openOptions(page);
  await page.getByLabel("Fleet URL").fill("https://user@fleet.example.com");
  await page.getByLabel("Enroll secret").fill("x".repeat(256));
  const texts = await page.locator("#groups :is(input[type=text], textarea)").all();
  // Nothing takes a line with a tab and a quote in it.
  for (const text of texts) await text.fill("\tno\" such §");
  await openOptions(page);
  const answered = page.waitForResponse((response) => response.url().endsWith("/create"));
  await submit(page);
  const { errors } = await (await answered).json();
  await trouble(page).filter({ hasText: "Some fields break their rules." }).waitFor();
  const shown = await shownErrors(page);
  assert.deepEqual(Object.keys(shown).sort(), errors.map(({ field }) => field).sort());
  for (const { field, detail } of errors) assert.ok(shown[field].endsWith(` ${detail}.`), field);
  // Each text but the key, which is compared with a certificate that there is not; URL and secret. The page opened the
  // options to show them.
  assert.equal(errors.length, texts.length - 1 + 2, JSON.stringify(errors));
  assert.ok(await page.locator("#options").evaluate((options) => options.open));
});

test("errors go when the request is right", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url);
  await submit(page);
  await fill(page);
  const download = page.waitForEvent("download");
  await submit(page);
  await arrived(await download);
  assert.deepEqual(await shownErrors(page), {});
  assert.ok(await trouble(page).isHidden());
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
});

test("whoever asked too often is told when to try again", async () => {
  const service = await here.serve({ PACKAGER_RATE_CREATE: "1/h" });
  const tab = await here.open("about:blank");
  tab.seen.expected = [/status of 429/];
  const { page } = tab;
  await page.clock.install();
  await page.goto(service.url);
  await fill(page);
  await submit(page);
  await now(page).filter({ hasText: "started" }).waitFor();
  await page.getByLabel("Enroll secret").fill("another");
  await submit(page);
  await trouble(page).filter({ hasText: /You can try again in 60 minutes, at / }).waitFor();
  const button = page.locator("#download");
  assert.ok(await button.isDisabled());
  assert.equal(await button.innerText(), "Try again in 60 minutes");
  // What is typed meanwhile does not make it any sooner.
  await page.getByLabel("Enroll secret").fill("a third");
  assert.ok(await button.isDisabled());
  await page.clock.fastForward("59:00");
  await button.filter({ hasText: /Try again in \d\d seconds/ }).waitFor();
  await page.clock.fastForward("01:01");
  await trouble(page).filter({ hasText: "You can try again now." }).waitFor();
  assert.ok(await button.isEnabled());
  assert.equal(await button.innerText(), "Download installer");
});

test("a full queue is told, with when to try again", async () => {
  const service = await here.serve({ PACKAGER_WORKERS: "1", PACKAGER_QUEUE: "1" });
  const tab = await here.open(service.url);
  tab.seen.expected = [/status of 503/];
  here.repository.hold();
  const create = (secret) =>
    service.ask("create", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ type: "deb", fleet_url: FLEET_URL, enroll_secret: secret }),
    });
  let filled = 0;
  while ((await create(`secret ${filled}`)).ok) assert.ok(++filled < 10, "the queue has an end");
  await fill(tab.page);
  await submit(tab.page);
  await trouble(tab.page).filter({ hasText: "Too many packages are waiting to be built. You can try again in 10 seconds" }).waitFor();
  here.repository.release();
});

test("a build that failed says why, and is tried again when asked to", async () => {
  const service = await here.serve();
  const { page, seen } = await here.open(service.url);
  await fill(page);
  await openOptions(page);
  await page.locator("#orbit-channel").fill("nightly");
  await submit(page);
  await outcomeTitle(page).filter({ hasText: "The build failed" }).waitFor();
  const logs = await page.locator("#outcome pre").innerText();
  assert.ok(logs.includes("nightly") && !logs.includes(SECRET), logs);
  await page.getByRole("button", { name: "Try again" }).click();
  await outcomeTitle(page).filter({ hasText: "The build failed" }).waitFor();
  const posts = seen.requests.filter((request) => request.method() === "POST").map((request) => JSON.parse(request.postData()));
  assert.deepEqual(posts.map(({ retry }) => retry), [undefined, true]);
});

test("a package that expires meanwhile, or was destroyed, is not offered any longer", async () => {
  const service = await here.serve();
  const { page } = await here.open("about:blank");
  await page.clock.install();
  await page.goto(service.url);
  await fill(page);
  await submit(page);
  const link = await page.getByRole("link", { name: "Download again" }).getAttribute("href");
  assert.equal((await service.ask(link, { method: "DELETE" })).status, 204);
  // The page looks when the package should have expired by its own clock.
  await page.clock.fastForward("31:00");
  await outcomeTitle(page).filter({ hasText: "The package has been destroyed" }).waitFor();
  await now(page).filter({ hasText: "You can ask for it again now." }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Download again" }).count(), 0);

  // Again, and this time it is found after a reload.
  const download = page.waitForEvent("download");
  await submit(page);
  await download;
  await page.getByRole("button", { name: "Destroy now" }).waitFor();
  const other = await page.getByRole("link", { name: "Download again" }).getAttribute("href");
  assert.notEqual(other, link);
  await service.ask(other, { method: "DELETE" });
  await page.reload();
  await outcomeTitle(page).filter({ hasText: "The package has been destroyed" }).waitFor();
  await page.reload();
  assert.ok(await page.getByRole("region").isHidden(), "said once");
});

test("a service that is busy when a package should have expired has not said that it did", async () => {
  const service = await here.serve();
  const tab = await here.open("about:blank");
  tab.seen.expected = [/status of 503/];
  const { page } = tab;
  await page.clock.install();
  await page.goto(service.url);
  await fill(page);
  await submit(page);
  await page.getByRole("link", { name: "Download again" }).waitFor();
  await page.route("**/status?**", (route) => route.fulfill({ status: 503, json: {} }));
  const asked = page.waitForResponse((response) => response.status() === 503);
  await page.clock.fastForward("31:00");
  await (await asked).finished();
  assert.equal(await page.getByRole("link", { name: "Download again" }).count(), 1);
  await page.unroute("**/status?**");
  const again = page.waitForResponse((response) => response.url().includes("/status"));
  await page.clock.fastForward("00:06");
  assert.equal((await (await again).json()).status, "success");
});

test("a package can be destroyed from the page", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url);
  await fill(page);
  await submit(page);
  const link = await page.getByRole("link", { name: "Download again" }).getAttribute("href");
  await page.getByRole("button", { name: "Destroy now" }).click();
  await outcomeTitle(page).filter({ hasText: "The package has been destroyed" }).waitFor();
  assert.equal((await service.ask(link)).status, 410);
});

test("a service that goes away is asked again, and one that is away is told of", async () => {
  const service = await here.serve();
  const tab = await here.open(service.url);
  const { page } = tab;
  here.repository.hold();
  await fill(page);
  await submit(page);
  await now(page).filter({ hasText: "Building" }).waitFor();
  tab.seen.expected = [/ERR_CONNECTION_REFUSED/];
  await page.route("**/status?**", (route) => route.abort("connectionrefused"));
  await now(page).filter({ hasText: "The service cannot be reached. Trying again in " }).waitFor();
  await page.unroute("**/status?**");
  const download = page.waitForEvent("download");
  here.repository.release();
  await arrived(await download);

  await page.route("**/create", (route) => route.abort("connectionrefused"));
  await page.getByLabel("Enroll secret").fill("another");
  await submit(page);
  await trouble(page).filter({ hasText: "The service cannot be reached." }).waitFor();
  assert.ok(await page.locator("#download").isEnabled());
});

test("what does not speak as the service does is not believed", async () => {
  const service = await here.serve();
  for (const body of ["<html>", "[]", '{"package_id":"../../elsewhere"}', '{"package_id":7}', "{}"]) {
    const { page, context } = await here.open(service.url);
    await page.route("**/create", (route) => route.fulfill({ status: 200, contentType: "application/json", body }));
    await fill(page);
    await submit(page);
    await trouble(page).filter({ hasText: "What answers there is not Fleet Packager." }).waitFor();
    await context.close();
  }
});

test("what the service says becomes text, and only http leads out of the page", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url);
  const markup = "<img src=x onerror=alert(1)>";
  await page.route("**/status?**", (route) =>
    route.fulfill({
      json: {
        status: "success",
        download_url: "javascript:alert(1)",
        profile_url: "data:text/html,x",
        file_name: markup,
        sha256: markup,
        size: 1,
        expires_at: "2036-01-01T00:00:00Z",
        signed: true,
        versions: { orbit: markup },
      },
    }),
  );
  page.on("dialog", () => assert.fail("a script ran"));
  await fill(page);
  await submit(page);
  await outcomeTitle(page).filter({ hasText: markup }).waitFor();
  assert.equal(await page.locator("#outcome img").count(), 0);
  assert.equal(await page.locator("#outcome a").count(), 0);
  assert.equal(await page.locator("#outcome .command").count(), 0, "no command with a name that a shell would read");
});
