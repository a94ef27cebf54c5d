/**
 * Part of `npm run build`, run by the pinned Node: puts the command into few files, dist/command/, and each worker thread
 * into one, with the gRPC library in them. Most of what a node takes to start is finding and opening some 250 files, and
 * its threads begin anew. The SDK keeps its modules, which the programs that use it may bundle themselves.
 *
 * The libraries that are large and rarely needed stay packages of their own, loaded when they are. What is bundled is
 * listed with its licences beside it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { rolldown } from "rolldown";
import { root } from "./bootstrap.js";

const [dist] = process.argv.slice(2);
const separate = /^(node:|@opentelemetry\/|@grpc\/proto-loader|protobufjs|assemblyscript)/;
const licences = new Map();

await bundle("cli/main.js", "command");
for (const thread of ["thread.js", "admission-thread.js"]) await bundle(`worker/${thread}`, "worker");
writeFileSync(join(dist, "command", "LICENCES.txt"), [...licences.values()].sort().join("\n\n"));

/** Bundles a module with all it imports into a folder of dist, under the name it has. */
async function bundle(entry, folder) {
  const build = await rolldown({
    input: join(dist, entry),
    platform: "node",
    external: (id) => separate.test(id),
    // The package may be written anywhere; what it is bundled with is here.
    resolve: { modules: ["node_modules", join(root, "node_modules")] },
    onLog: refuseUnresolved,
    plugins: [{ name: "addresses", transform: (code, id) => keepAddresses(code, id, join(dist, folder)) }],
  });
  const { output } = await build.write({
    dir: join(dist, folder),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await build.close();
  for (const { moduleIds = [] } of output) moduleIds.forEach(noteLicence);
}

/** A library that is not found would be left out in silence. */
function refuseUnresolved(level, log, pass) {
  if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
  pass(level, log);
}

/** Addresses of files (a thread, a template) are relative to the module they stand in, whose place the bundle is not. */
function keepAddresses(code, id, folder) {
  if (!id.startsWith(dist) || !code.includes("import.meta.url")) return null;
  const place = JSON.stringify(relative(folder, id));
  return code.replaceAll("import.meta.url", `new URL(${place}, import.meta.url).href`);
}

function noteLicence(id) {
  const found = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(id);
  if (found === null) return;
  const [, folder, name] = found;
  if (licences.has(name)) return;
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  const text = file === undefined ? "" : `\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
  licences.set(name, `${name} ${version} (${license})${text}\n`);
}
