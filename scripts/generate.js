/**
 * `npm run generate`: writes the types of the services in proto/ to src/rpc/generated with proto-loader's generator,
 * the table that messages are read and written by, and the services' descriptors for server reflection.
 * `-- --check` writes nothing and fails when what is committed differs from what would be written.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { prepare, root, runNode } from "./bootstrap.js";

const target = join(root, "src", "rpc", "generated");
const generator = "node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js";

// The same choices as those of src/rpc/message-codec.ts: numbers for enums and 64-bit integers,
// lower camel case fields, defaults and the names of oneofs filled in.
const options = [
  "--grpcLib=@grpc/grpc-js",
  "--includeDirs=proto",
  "--targetFileExtension=.ts",
  "--importFileExtension=.ts",
  "--longs=Number",
  "--defaults",
  "--oneofs",
  "--includeComments",
];

const node = await prepare();

/** What the reflection of a gateway tells of, beside the kernels: its services, and the details of its errors. */
const reflectedFiles = [
  ...["fabric", "kernels", "cluster"].map((name) => `heddle/v1/${name}.proto`),
  "grpc/health/v1/health.proto",
  "grpc/reflection/v1/reflection.proto",
  "grpc/reflection/v1alpha/reflection.proto",
  "google/rpc/status.proto",
  "google/rpc/error_details.proto",
];

process.exitCode = await generate(process.argv.includes("--check"));

async function generate(onlyCheck) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-generate-"));
  try {
    const output = [];
    const args = [generator, ...options, `--outDir=${folder}`, ...protoFiles()];
    const code = await runNode(node, args, { onOutput: (chunk) => output.push(chunk) });
    if (code !== 0) {
      process.stderr.write(Buffer.concat(output));
      return code;
    }
    const services = [...protoFiles(), "grpc/reflection/v1alpha/reflection.proto"];
    const table = ["scripts/service-table.js", join(folder, "service-table.ts"), ...services];
    const untabled = await runNode(node, table);
    if (untabled !== 0) return untabled;
    const descriptors = ["scripts/descriptors.js", join(folder, "descriptors.ts"), ...reflectedFiles];
    const failed = await runNode(node, descriptors);
    if (failed !== 0) return failed;
    const stale = differences(folder);
    if (onlyCheck) return report(stale);
    rmSync(target, { recursive: true, force: true });
    cpSync(folder, target, { recursive: true });
    process.stdout.write(`generated files: ${stale.length} of ${filesBelow(folder).length} changed\n`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every file of heddle.v1 that declares a service, and the standard services; messages come in by their imports. */
function protoFiles() {
  const own = readdirSync(join(root, "proto", "heddle", "v1"))
    .map((name) => `heddle/v1/${name}`)
    .filter((name) => /^service /m.test(readFileSync(join(root, "proto", name), "utf8")));
  // v1alpha of the reflection has the same messages as v1.
  return [...own.sort(), "grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto"];
}

/** Paths that are missing, superfluous or different in the committed folder. */
function differences(folder) {
  const names = new Set([...filesBelow(folder), ...filesBelow(target)]);
  return [...names].filter((name) => textOf(join(folder, name)) !== textOf(join(target, name))).sort();
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A missing file differs from every file.
    return undefined;
  }
}

function report(stale) {
  for (const name of stale) process.stdout.write(`src/rpc/generated/${name} is stale\n`);
  if (stale.length > 0) process.stdout.write("run: npm run generate\n");
  return stale.length > 0 ? 1 : 0;
}
