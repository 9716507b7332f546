import assert from "node:assert/strict";
import { test } from "node:test";

import { client } from "../harness/modules.js";

const { Packager, Refused, Unreachable, inWords, link } = client;
const ID = "7edfa9a9-1d89-4926-8fce-48ca51be5bab";
const json = (value, init) => new Response(JSON.stringify(value), init);
const problem = (status, detail, headers = {}) => json({ title: "T", status, detail }, { status, headers });

/** A service that gives these answers, one after the other; an error is thrown. What was asked is kept in `asked`. */
function serviceOf(answers, base = "https://packager.example.com/") {
  const asked = [];
  const pauses = [];
  const packager = new Packager(base, {
    fetch: async (url, options) => {
      asked.push({ url: String(url), ...options });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    pause: async (ms) => void pauses.push(ms),
  });
  return { packager, asked, pauses };
}

async function all(iterator) {
  const seen = [];
  for await (const one of iterator) seen.push(one);
  return seen;
}

test("the API lies beside the page, under whatever path", () => {
  for (const [base, url] of [
    ["https://a.example", "https://a.example/status?package_id=x"],
    ["https://a.example/tools/packager/", "https://a.example/tools/packager/status?package_id=x"],
    ["https://a.example/tools/index.html?secret=1#2", "https://a.example/tools/status?package_id=x"],
  ]) {
    const { packager, asked } = serviceOf([json({ status: "expired" })], base);
    packager.status("x");
    assert.equal(asked[0].url, url);
  }
  for (const base of ["ftp://a.example/", "javascript:alert(1)", "file:///etc"]) {
    assert.throws(() => new Packager(base), TypeError, base);
  }
});

test("a request carries nothing but its body", async () => {
  const { packager, asked } = serviceOf([json({ package_id: ID })]);
  assert.equal(await packager.create({ type: "deb" }), ID);
  const { method, body, credentials, cache, referrerPolicy, redirect } = asked[0];
  assert.deepEqual(
    { method, body, credentials, cache, referrerPolicy, redirect },
    { method: "POST", body: '{"type":"deb"}', credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", redirect: "error" },
  );
});

test("an id that is none is not taken", async () => {
  for (const answer of [{}, [], null, { package_id: 7 }, { package_id: "../x" }, { package_id: `${ID}/` }]) {
    await assert.rejects(serviceOf([json(answer)]).packager.create({}), Unreachable, JSON.stringify(answer));
  }
});

test("a refusal has its problem, its fields and its time", async () => {
  const errors = [{ field: "type", detail: "is required" }];
  const { packager } = serviceOf([json({ title: "Invalid request", detail: "Some.", errors }, { status: 400 })]);
  const refused = await packager.create({}).catch((error) => error);
  assert.ok(refused instanceof Refused);
  assert.deepEqual([refused.status, refused.message, refused.errors, refused.retryAfterSeconds], [400, "Some.", errors, undefined]);
  for (const [header, seconds] of [
    ["42", 42],
    ["0", 1],
    ["999999999999", 86400],
    [new Date(Date.now() + 30_500).toUTCString(), 31],
    ["yesterday", undefined],
    ["-5", 1],
  ]) {
    const limited = await serviceOf([problem(429, "Slow down.", { "retry-after": header })]).packager.create({}).catch((error) => error);
    const told = limited.retryAfterSeconds;
    assert.ok(told === seconds || Math.abs(told - seconds) <= 1, `${header}: ${told}`);
  }
  const page = await serviceOf([new Response("<html>", { status: 502 })]).packager.create({}).catch((error) => error);
  assert.deepEqual([page.message, page.errors], ["The service answered with 502.", []]);
});

test("a build is followed to its end, looked at less and less often", async () => {
  const building = () => json({ status: "in-progress", stage: "building" });
  const { packager, pauses } = serviceOf([...Array(9)].map(building).concat(json({ status: "success" })));
  const seen = await all(packager.follow(ID));
  assert.equal(seen.length, 10);
  assert.equal(seen.at(-1).status, "success");
  assert.deepEqual(pauses, [150, 250, 500, 1000, 2000, 3000, 3000, 3000, 3000]);
  for (const status of ["fail", "expired"]) {
    assert.deepEqual(await all(serviceOf([json({ status })]).packager.follow(ID)), [{ status }]);
  }
});

test("a service that is away, busy or limiting is asked again, when it says", async () => {
  const { packager, pauses } = serviceOf([
    new TypeError("network"),
    new TypeError("network"),
    problem(503, "Busy."),
    problem(429, "Slow down.", { "retry-after": "7" }),
    new Response("<html>"),
    json({ status: "in-progress", stage: "queued" }),
    new TypeError("network"),
    json({ status: "success" }),
  ]);
  const seen = await all(packager.follow(ID));
  assert.deepEqual(pauses, [1000, 2000, 5000, 7000, 10000, 150, 1000]);
  assert.deepEqual(seen[0], { status: "waiting", seconds: 1, reason: "The service cannot be reached." });
  assert.deepEqual(seen[3], { status: "waiting", seconds: 7, reason: "Slow down." });
});

test("an id that nobody knows is the end", async () => {
  await assert.rejects(all(serviceOf([problem(404, "There is no such package.")]).packager.follow(ID)), Refused);
});

test("who gives up is not asked again", async () => {
  const given = new AbortController();
  const { packager, asked } = serviceOf([json({ status: "in-progress", stage: "queued" }), new Error("aborted")]);
  const following = packager.follow(ID, given.signal);
  await following.next();
  given.abort();
  await assert.rejects(following.next(), /aborted/);
  assert.equal(asked.length, 2);
});

test("destroying has no answer", async () => {
  const { packager, asked } = serviceOf([new Response(null, { status: 204 })]);
  await packager.destroy(ID);
  assert.deepEqual([asked[0].method, asked[0].url], ["DELETE", `https://packager.example.com/download/${ID}`]);
});

test("only http leads out of a page", () => {
  assert.equal(link("https://a.example/x"), "https://a.example/x");
  assert.equal(link("http://a.example/x"), "http://a.example/x");
  for (const url of ["javascript:alert(1)", "data:text/html,x", "blob:https://a.example/1", "/relative", "", undefined, null, 7]) {
    assert.equal(link(url), undefined, String(url));
  }
});

test("durations are said as people say them", () => {
  for (const [seconds, words] of [
    [1, "1 second"],
    [42, "42 seconds"],
    [119, "119 seconds"],
    [120, "2 minutes"],
    [3600, "60 minutes"],
    [7200, "2 hours"],
    [86400, "24 hours"],
  ]) {
    assert.equal(inWords(seconds), words);
  }
});
