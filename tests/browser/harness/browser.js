// Debian's Chromium, and a page in it that remembers what it said and asked for.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** A browser that asks for nothing by itself. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/**
 * A tab of its own, in a profile of its own.
 *
 * `complaints` is what the console said that is an error or a warning, and every request that failed; `requests` is every
 * request. What a test expects to fail it names in `expected`, a list of regular expressions.
 */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  const seen = { complaints: [], requests: [], expected: [] };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  page.on("crash", () => seen.complaints.push("the page crashed"));
  context.on("request", (request) => seen.requests.push(request));
  return { context, page, seen };
}

/** No error in the console but those that the test expects, and each of those. */
export function assertQuiet({ seen }) {
  const unexpected = seen.complaints.filter((text) => !seen.expected.some((expected) => expected.test(text)));
  assert.deepEqual(unexpected, []);
  for (const expected of seen.expected) assert.ok(seen.complaints.some((text) => expected.test(text)), String(expected));
}

/** `secret` is nowhere in the browser, nor in what it sent, but in the body of one POST /create and in the form. */
export async function assertSecretOnlyPosted({ context, page, seen }, secret) {
  const holders = [];
  for (const request of seen.requests) {
    const headers = JSON.stringify(await request.allHeaders());
    const inBody = request.postData()?.includes(secret) ?? false;
    assert.ok(!request.url().includes(secret) && !headers.includes(secret), `in ${request.method()} ${request.url()}`);
    if (inBody) holders.push(`${request.method()} ${new URL(request.url()).pathname}`);
  }
  assert.deepEqual(holders, ["POST /create"]);
  const kept = await page.evaluate(async () =>
    JSON.stringify({
      address: location.href,
      state: history.state,
      session: { ...sessionStorage },
      local: { ...localStorage },
      cookies: document.cookie,
      databases: (await indexedDB.databases()).length,
      caches: await caches.keys(),
      title: document.title,
      markup: document.documentElement.outerHTML,
    }),
  );
  assert.ok(!kept.includes(secret), kept);
  assert.ok(!JSON.stringify(await context.storageState()).includes(secret));
}
