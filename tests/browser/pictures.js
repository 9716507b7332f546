// Takes the pictures of the page that the docs show: `make pictures`.

import { mkdir } from "node:fs/promises";

import { launch, open } from "./harness/browser.js";
import { fill, now, openOptions, submit } from "./harness/form.js";
import { TOP } from "./harness/program.js";
import { Repository } from "./harness/repository.js";
import { Service } from "./harness/service.js";

const FOLDER = `${TOP}docs/pictures/`;
const PICTURES = [
  { name: "page-light", options: { viewport: { width: 880, height: 760 }, colorScheme: "light" }, show: async () => {} },
  { name: "page-dark", options: { viewport: { width: 880, height: 760 }, colorScheme: "dark" }, show: ready },
  { name: "page-narrow", options: { viewport: { width: 360, height: 740 }, colorScheme: "light" }, show: ready },
  { name: "page-errors", options: { viewport: { width: 880, height: 760 }, colorScheme: "light" }, show: wrong },
];

async function ready(page) {
  await fill(page, "macOS");
  await submit(page);
  await now(page).filter({ hasText: "started" }).waitFor();
}

async function wrong(page) {
  await fill(page, "Windows");
  await page.getByLabel("Fleet URL").fill("ftp://fleet.example.com");
  await openOptions(page);
  await page.getByLabel("Include Fleet Desktop").check();
  await page.locator("#update-interval").fill("never");
  await submit(page);
  await page.getByRole("alert").waitFor();
}

await mkdir(FOLDER, { recursive: true });
const repository = await Repository.start();
const service = await Service.start(repository);
const browser = await launch();
for (const { name, options, show } of PICTURES) {
  const { page, context } = await open(browser, { ...options, reducedMotion: "reduce" });
  await page.goto(service.url);
  await show(page);
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: true });
  await context.close();
}
await browser.close();
await service.stop();
await repository.stop();
