// The page's own modules, to be tried without a browser.

import { TOP } from "./program.js";

const load = (name) => import(`${TOP}packager/service/page/${name}`);

export const client = await load("client.js");
export const options = await load("options.js");
export const platforms = await load("platforms.js");
