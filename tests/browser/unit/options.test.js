import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { options, platforms } from "../harness/modules.js";
import { TOP } from "../harness/program.js";

const openapi = JSON.parse(await readFile(`${TOP}api-spec/openapi.json`, "utf8"));
const { properties } = openapi.components.schemas.CreateRequest;
const offered = options.GROUPS.flatMap((group) => group.options);
/** What the form has at its top, and what it sends by itself. */
const BESIDES = ["type", "arch", "fleet_url", "enroll_secret", "retry"];

test("the form offers every field of the request", () => {
  const names = [...offered.map(({ name }) => name), ...BESIDES];
  assert.deepEqual(names.sort(), Object.keys(properties).sort());
});

test("switches are booleans, choices their words, and defaults those of the request", () => {
  for (const { name, kind, values, initially } of offered) {
    const schema = properties[name];
    const isBoolean = [schema.type].flat().includes("boolean");
    assert.equal(kind === "switch", isBoolean, name);
    if (kind === "switch") assert.equal(initially ?? false, schema.default, name);
    if (kind === "choice") assert.deepEqual([values, values[0]], [schema.enum.filter((word) => word !== null), schema.default], name);
  }
});

test("the platforms are those of the request", () => {
  assert.deepEqual(platforms.PLATFORMS.map(({ type }) => type).sort(), [...properties.type.enum].sort());
});

test("the button knows every field that an attribute can hold", async () => {
  const source = await readFile(`${TOP}packager/service/page/fleet-installer-button.js`, "utf8");
  const list = (name) => [...new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(source)[1].matchAll(/"([^"]+)"/g)].map(([, field]) => field);
  const switches = offered.filter(({ kind }) => kind === "switch").map(({ name }) => name);
  assert.deepEqual(list("SWITCHES").sort(), switches.sort());
  const texts = offered.filter(({ kind }) => kind === "text" || kind === "choice").map(({ name }) => name);
  assert.deepEqual(list("TEXTS").sort(), [...texts, "type", "arch", "fleet-url"].sort());
});
