// A repository and a browser for the tests of a file, and a tab for each test.

import { after, afterEach, before } from "node:test";

import { assertQuiet, launch, open } from "./browser.js";
import { Repository } from "./repository.js";
import { Service } from "./service.js";

/**
 * What the tests of a file work with. Each test's tabs and services end with it, and no page may have complained.
 */
export function world() {
  const made = {};
  let tabs = [];
  let services = [];
  before(async () => {
    made.repository = await Repository.start();
    made.browser = await launch();
  });
  after(async () => {
    await made.browser?.close();
    await made.repository?.stop();
  });
  /** A service with settings of the test's own. */
  made.serve = async (settings) => {
    const service = await Service.start(made.repository, settings);
    services.push(service);
    return service;
  };
  /** A tab; `url` is opened in it. */
  made.open = async (url, options) => {
    const tab = await open(made.browser, options);
    tabs.push(tab);
    await tab.page.goto(url);
    return tab;
  };
  afterEach(async () => {
    const [openTabs, running] = [tabs, services];
    [tabs, services] = [[], []];
    made.repository.release();
    for (const tab of openTabs) await tab.context.close();
    for (const service of running) await service.stop();
    openTabs.forEach(assertQuiet);
  });
  return made;
}
