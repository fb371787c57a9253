// Bundles vendor.js and what it imports into webapp/static/vendor/{vendor.js,vendor.css}.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await rm(at("../static/vendor"), { recursive: true, force: true });
await build({
  entryPoints: [at("vendor.js")],
  outdir: at("../static/vendor"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
});
