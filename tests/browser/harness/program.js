// The program under test.

import { fileURLToPath } from "node:url";

/** The top of the checkout. */
export const TOP = fileURLToPath(new URL("../../../", import.meta.url));

export const PACKAGER = process.env.PACKAGER ?? `${TOP}target/debug/packager`;
