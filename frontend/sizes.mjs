/** What a first visit to a page loads, compressed; the build fails above the limits of the design. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUILT = "../builder/dist";
const EDITOR = "src/app/EditorPage.tsx";
const PAGES = [
  { page: "canvas", files: [EDITOR, "src/features/canvas/xyflow/Canvas.tsx"], limit: 300, parts: ["editor"] },
  { page: "list", files: [EDITOR, "src/features/canvas/list/ListView.tsx"], limit: 300, parts: ["editor"] },
  { page: "home", files: ["src/features/home/Home.tsx"], limit: 200 },
  { page: "desk", files: ["src/features/reviews/Desk.tsx"], limit: 200 },
  { page: "review", files: ["src/features/reviews/ReviewPage.tsx"], limit: 200 },
  { page: "runs", files: ["src/features/runs/RunList.tsx"], limit: 200 },
  {
    page: "run",
    files: ["src/app/pages/RunOnCanvas.tsx", "src/features/canvas/xyflow/PaintedDrawing.tsx"],
    limit: 300,
    parts: ["editor"],
  },
];
const manifest = JSON.parse(readFileSync(`${BUILT}/.vite/manifest.json`, "utf8"));

function collect(name, found = new Set()) {
  const chunk = manifest[name];
  if (!chunk || found.has(name)) return found;
  found.add(name);
  for (const each of chunk.imports ?? []) collect(each, found);
  return found;
}

let isTooMuch = false;
for (const { page, files, limit, parts = [] } of PAGES) {
  const words = ["core", ...parts].map((part) => `virtual:words/en/${part}`);
  const names = new Set(["index.html", ...words, ...files].flatMap((name) => [...collect(name)]));
  const size = [...names].reduce(
    (sum, each) => sum + gzipSync(readFileSync(`${BUILT}/${manifest[each].file}`)).length,
    0,
  );
  const styles = new Set([...names].flatMap((each) => manifest[each].css ?? []));
  const css = [...styles].reduce((sum, each) => sum + gzipSync(readFileSync(`${BUILT}/${each}`)).length, 0);
  const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
  process.stdout.write(
    `${page}: ${kilobytes(size)} kB of scripts (at most ${limit}), ${kilobytes(css)} kB of styles\n`,
  );
  isTooMuch ||= size / 1000 > limit;
}
process.exitCode = isTooMuch ? 1 : 0;
