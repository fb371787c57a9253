// Bundles what the browser loads: vendor.js and what it imports into webapp/static/vendor/, and each page's own scripts
// and style sheets into webapp/static/bundled/, so that a page is a handful of requests instead of hundreds.
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const STATIC = at("../static");
const PAGES = ["js/main.js", "js/view.js", "js/publish/publish.js"];
const SHEETS = ["css/dashboard.css", "css/view.css", "css/camera.css"];
const COMMON = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
};

/** The pages import the bundle of libraries; bundled themselves, they take only what they use of it. */
const libraries = {
  name: "libraries",
  setup({ onResolve }) {
    onResolve({ filter: /\/vendor\/vendor\.js$/ }, () => ({ path: at("vendor.js") }));
  },
};

/** Of the pages' sources, as in webapp/routes/assets.py: by it, the server knows whether the bundle is theirs. */
async function digest() {
  const files = (await readdir(STATIC, { recursive: true })).map((file) => file.replaceAll("\\", "/"));
  const hash = createHash("sha256");
  for (const name of files.filter((file) => /^(js\/.*\.js|css\/.*\.css)$/.test(file)).sort()) {
    hash.update(`${name}\n`);
    hash.update(await readFile(`${STATIC}/${name}`));
  }
  return hash.digest("hex");
}

for (const folder of ["vendor", "bundled"]) await rm(`${STATIC}/${folder}`, { recursive: true, force: true });
await build({ ...COMMON, entryPoints: [at("vendor.js")], outdir: `${STATIC}/vendor` });
const ofPages = { ...COMMON, outdir: `${STATIC}/bundled`, outbase: STATIC };
await build({
  ...ofPages,
  entryPoints: PAGES.map((name) => `${STATIC}/${name}`),
  splitting: true,
  plugins: [libraries],
  loader: { ".css": "empty" },
});
await build({ ...ofPages, entryPoints: SHEETS.map((name) => `${STATIC}/${name}`) });
await writeFile(`${STATIC}/bundled/sources.sha256`, await digest());
