// Builds ../paceline/web/static/vendor: what the browser gets of others, each file also compressed, and which versions they are of.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const OUT = "../paceline/web/static/vendor";
const made = {};

function put(name, content) {
  const bytes = Buffer.from(content);
  writeFileSync(`${OUT}/${name}`, bytes);
  writeFileSync(`${OUT}/${name}.gz`, gzipSync(bytes, { level: 9 }));
  made[name] = createHash("sha256").update(bytes).digest("hex");
}

const read = (path) => readFileSync(`node_modules/${path}`, "utf8");
// The maps of sources are not shipped.
const unmapped = (text) => text.replace(/\n?\/[/*][#@] sourceMappingURL=.*?(\*\/)?\s*$/, "\n");

const license = (name) => read(`${name}/${readdirSync(`node_modules/${name}`).find((file) => /^licen[cs]e/i.test(file)) ?? "package.json"}`);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

put("tabler.css", unmapped(read("@tabler/core/dist/css/tabler.min.css")));
put("tabler.js", unmapped(read("@tabler/core/dist/js/tabler.min.js")));
put("htmx.js", read("htmx.org/dist/htmx.min.js"));

const bundle = await build({ entryPoints: ["charts.js"], bundle: true, minify: true, write: false, legalComments: "eof", target: "es2020" });
put("charts.js", bundle.outputFiles[0].text);

const names = readFileSync("icons.txt", "utf8").split("\n").filter(Boolean);
const symbols = names.map((name) => {
  const inner = read(`@tabler/icons/icons/outline/${name}.svg`).replace(/[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").trim()}</symbol>`;
});
put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);

const packages = JSON.parse(readFileSync("package.json", "utf8")).dependencies;
const licenses = Object.keys(packages).map((name) => `${name} ${packages[name]}\n\n${license(name)}`);
writeFileSync(`${OUT}/LICENSES.txt`, licenses.join("\n\n"));
writeFileSync("built.json", `${JSON.stringify({ packages, files: made }, null, 2)}\n`);
