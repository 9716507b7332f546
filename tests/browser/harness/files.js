// Downloads of a page.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** The name, the length and the SHA-256 of a download that has ended. */
export async function arrived(download) {
  const content = await readFile(await download.path());
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { name: download.suggestedFilename(), size: content.length, sha256, content };
}
