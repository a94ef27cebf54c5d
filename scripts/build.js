/**
 * `npm run build`: writes the package that is published to dist/package, or to the folder after `--out`: JavaScript and declarations of src/, the
 * command (bundled, see bundle.js), the .proto files, the library that kernels link, the template of new ones, and a package.json of its own.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { prepare, root, runNode } from "./bootstrap.js";

const out = process.argv.indexOf("--out");
const target = out < 0 ? join(root, "dist", "package") : resolve(process.argv[out + 1]);
const copied = [
  "bin",
  "proto",
  "kernels/c",
  "kernels/lib",
  "templates",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
];

/** Public entries: the key of package.json's exports, and the file below src/ and dist/. */
const entries = { ".": "index", "./server": "server", "./testing": "testing" };

const node = await prepare();
process.exitCode = await build();

async function build() {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const compiler = "node_modules/typescript/bin/tsc";
  const code = await runNode(node, [compiler, "-p", "tsconfig.build.json", "--outDir", join(target, "dist")]);
  if (code !== 0) return code;
  const unbundled = await runNode(node, ["scripts/bundle.js", join(target, "dist")]);
  if (unbundled !== 0) return unbundled;
  for (const path of copied.filter((path) => existsSync(join(root, path)))) {
    cpSync(join(root, path), join(target, path), { recursive: true });
  }
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  writeFileSync(join(target, "package.json"), `${JSON.stringify(published(manifest), undefined, 2)}\n`);
  process.stdout.write(`build: ${target}\n`);
  return 0;
}

/**
 * The published package.json. Left out is what only a clone needs: the scripts, the tools, and the pinned Node, which
 * is no business of the programs that depend on Heddle.
 */
function published(manifest) {
  const { scripts, devDependencies, optionalDependencies, private: isPrivate, ...kept } = manifest;
  const isPinnedNode = ([name]) => /^node-(bin-)?(linux|darwin)-/.test(name);
  const optional = Object.entries(optionalDependencies ?? {}).filter((entry) => !isPinnedNode(entry));
  return {
    ...kept,
    // The SDK runs on Node 22; bin/heddle.js says so itself when a command needs a newer one.
    engines: { node: ">=22" },
    exports: Object.fromEntries(
      Object.entries(entries)
        .filter(([, file]) => existsSync(join(target, "dist", `${file}.js`)))
        .map(([key, file]) => [key, { types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` }]),
    ),
    files: ["bin", "dist", "proto", "kernels/c", "kernels/lib", "templates", "CHANGELOG.md"],
    ...(optional.length > 0 ? { optionalDependencies: Object.fromEntries(optional) } : {}),
  };
}
