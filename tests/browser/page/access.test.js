// The page for those who do not use a mouse, or do not see it; and what it may load.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { arrived } from "../harness/files.js";
import { FLEET_URL, SECRET, fill, now, openOptions, submit, trouble } from "../harness/form.js";
import { world } from "../harness/world.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const here = world();

/** axe's rules for WCAG 2.2 A and AA, and its best practices. The page's policy has no place for scripts of others. */
async function assertAccessible(page, what) {
  await page.addScriptTag({ path: AXE });
  const { violations, passes } = await page.evaluate(() => window.axe.run(document));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`);
  assert.deepEqual(told, [], what);
  assert.ok(passes.length > 20, "axe has looked");
}

for (const [name, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 320, height: 640 } }],
]) {
  test(`axe finds nothing: ${name}`, async () => {
    const service = await here.serve();
    const { page } = await here.open(service.url, { ...options, bypassCSP: true });
    await assertAccessible(page, "the form");
    await openOptions(page);
    await assertAccessible(page, "with options");
    await submit(page);
    await trouble(page).waitFor();
    await assertAccessible(page, "with errors");
    await fill(page);
    here.repository.hold();
    await submit(page);
    await now(page).filter({ hasText: "Building" }).waitFor();
    await assertAccessible(page, "building");
    here.repository.release();
    await now(page).filter({ hasText: "started" }).waitFor();
    await assertAccessible(page, "with a package");
    const { scrolls, width } = await page.evaluate(() => ({ scrolls: document.documentElement.scrollWidth, width: innerWidth }));
    assert.ok(scrolls <= width, `${scrolls} wide in ${width}`);
  });
}

test("everything can be done by keyboard", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.value || document.activeElement.tagName);
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  await press("Tab");
  assert.equal(await focused(), "deb", "the guessed platform");
  await press("ArrowDown");
  assert.equal(await focused(), "rpm");
  await press("Tab", "ArrowDown");
  assert.equal(await focused(), "arm64");
  await press("Tab");
  await page.keyboard.type(FLEET_URL);
  await press("Tab");
  await page.keyboard.type(SECRET);
  await press("Tab");
  assert.equal(await focused(), "show-secret");
  await press("Tab", "Enter", "Tab");
  assert.equal(await focused(), "fleet-desktop", "the options have opened");
  await press("Space");
  await page.locator("#enroll_secret").focus();
  const download = page.waitForEvent("download");
  await press("Enter");
  assert.equal((await arrived(await download)).name, "fleet-osquery-1.58.0-1.aarch64.rpm");
  assert.match(await page.getByRole("region").innerText(), /Fleet Desktop 1\.58\.0/);
  // From the form on to what came of it.
  await page.locator("#download").focus();
  const reached = [];
  for (let steps = 0; steps < 5; steps++) {
    await press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.textContent));
  }
  assert.deepEqual(reached, ["Copy", "Copy", "Download again", "Destroy now", "API"]);
});

test("what happens is read out", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url);
  const status = page.getByRole("status");
  assert.equal(await status.innerText(), "");
  await fill(page);
  here.repository.hold();
  await submit(page);
  await status.filter({ hasText: "Building the package" }).waitFor();
  here.repository.release();
  await status.filter({ hasText: "fleet-osquery_1.58.0_amd64.deb Ready. The download has started." }).waitFor();
});

test("the page runs nothing but its own scripts, and nobody frames it", async () => {
  const service = await here.serve();
  const tab = await here.open(service.url);
  const { page } = tab;
  tab.seen.expected = [/Content Security Policy|Trusted/i];
  const broken = await page.evaluate(async () => {
    const blocked = [];
    const formBlocked = new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        blocked.push(effectiveDirective);
        if (effectiveDirective === "form-action") resolve();
      });
    });
    const script = document.createElement("script");
    try {
      script.textContent = "window.ran = true";
    } catch {
      blocked.push("a script's text");
    }
    document.body.append(script);
    try {
      document.body.insertAdjacentHTML("beforeend", "<b onclick=x>");
    } catch {
      blocked.push("markup");
    }
    await fetch("https://elsewhere.example/").catch(() => {});
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.append(style);
    document.querySelector("form").submit();
    await formBlocked;
    return { blocked, ran: window.ran };
  });
  assert.equal(broken.ran, undefined);
  for (const directive of ["a script's text", "markup", "connect-src", "style-src-elem", "form-action"]) {
    assert.ok(broken.blocked.includes(directive), `${directive} in ${broken.blocked}`);
  }
  const { headers } = await service.ask("");
  assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/);
  assert.equal(headers.get("x-frame-options"), "DENY");
});

test("without scripts the page says so, and the form goes nowhere", async () => {
  const service = await here.serve();
  const { page } = await here.open(service.url, { javaScriptEnabled: false });
  await page.locator("noscript .notice").waitFor();
  assert.ok(await page.locator("#download").isDisabled());
});
