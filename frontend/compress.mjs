/** Every text that was built, compressed once for all who will ask for it: a sixth less than what a server does on its own. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const BUILT = "../builder/dist";
const TEXTS = /\.(js|css|html|svg)$/;
const OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

for (const entry of readdirSync(BUILT, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && TEXTS.test(entry.name))
    writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path), OPTIONS));
}
