import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../../base/error.ts";
import { checkKernelName } from "../../kernel/manifest.ts";
import type { Command } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";

/** `heddle new` */
export const newCommand: Command = {
  name: "new",
  about: "make a folder with a kernel, its test, and types for editors; nothing needs to be installed there",
  args: "NAME",
  options: {
    dir: { type: "text", value: "FOLDER", about: "the folder to make", default: "the name" },
  },
  example: "heddle new hello",
  async run({ args, output }) {
    const name = args.need(0, "the name of the kernel");
    args.atMost(1);
    checkName(name);
    const folder = args.text("dir") ?? name;
    await claim(folder);
    const files = await scaffold(name, folder);
    if (output.json) output.value({ kernel: name, folder: resolve(folder), files });
    else {
      const at = relative(".", folder) || ".";
      output.line(`made ${at} with ${files.filter((file) => !file.startsWith("types/")).join(", ")}`);
      output.line(`try:  ${at === "." ? "" : `cd ${at} && `}heddle test`);
      output.line(`      heddle dev ${name}.ts`);
    }
    return ExitCode.OK;
  },
};

/** Throws UsageError with a name that would do. */
function checkName(name: string): void {
  try {
    checkKernelName(name);
  } catch (error) {
    const fixed = name
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^[_0-9]+|_+$/g, "")
      .slice(0, 48);
    const better = fixed === "" || fixed === name ? `my_${fixed || "kernel"}` : fixed;
    throw new UsageError(`${HeddleError.from(error).rawMessage}; "${better}" would do`);
  }
}

/** Makes the folder, or takes an empty one. Throws UsageError. */
async function claim(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const [present] = await readdir(folder);
    if (present === undefined) return;
    throw new UsageError(`the folder ${folder} is not empty, it has ${present}; choose another with --dir`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot make ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const templates = fileURLToPath(new URL("../../../templates/kernel/", import.meta.url));

/** Fills the folder; gives the files, relative to it. */
async function scaffold(name: string, folder: string): Promise<string[]> {
  const { assemblyScriptDeclarations, libraryDeclarations } = await import("../../compiler/declarations.ts");
  const { generateTypes, kernelTypeName } = await import("../../compiler/typegen.ts");
  const { buildKernel } = await import("../../compiler/compile.ts");
  const fill = (text: string): string =>
    text.replaceAll("KernelNameKernel", kernelTypeName(name)).replaceAll("kernel_name", name);
  const files: string[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    files.push(path);
  };
  for (const entry of await readdir(templates, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    await write(fill(relative(templates, from)), fill(await readFile(from, "utf8")));
  }
  await write("types/assemblyscript.d.ts", await assemblyScriptDeclarations());
  await write("types/heddle.d.ts", await libraryDeclarations());
  const { schema } = await buildKernel({ file: join(folder, `${name}.ts`), optimize: false });
  await write(`test/${name}.d.ts`, generateTypes(schema, { name }));
  return files.toSorted();
}
