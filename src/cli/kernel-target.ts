/** What commands mean by KERNEL: one of the fabric, or a source or module on this machine. */
import { extname } from "node:path";
import type { GetResponse__Output } from "../rpc/generated/heddle/v1/GetResponse.ts";
import type { Kernel__Output } from "../rpc/generated/heddle/v1/Kernel.ts";
import { ModuleKind } from "../rpc/generated/heddle/v1/ModuleKind.ts";
import type { Fabric } from "../sdk/fabric.ts";
import { readKernelSchema, type KernelSchema } from "../wire/schema.ts";
import { addressOption, withFabric } from "./client.ts";
import type { CommandContext, OptionSpec } from "./command.ts";
import { buildSource } from "./build-source.ts";
import { UsageError } from "./exit-code.ts";
import { moduleOptions, readModuleFile } from "./module-file.ts";
import { wholeDigest } from "./version-digest.ts";

/** The options of commands that look at a version of a deployed kernel. */
export const versionOptions: Readonly<Record<string, OptionSpec>> = {
  digest: {
    type: "text",
    value: "DIGEST",
    about: "a version of it, or the first digits",
    default: "the one that serves",
  },
  ...addressOption,
};

/** The options of commands that read the interface of a kernel, deployed or not. */
export const targetOptions: Readonly<Record<string, OptionSpec>> = { ...versionOptions, ...moduleOptions };

/** The interface of a kernel, and its name. */
export interface TargetSchema {
  readonly name: string;
  readonly schema: KernelSchema;
  readonly presence: Presence;
}

/** What may be missing in the messages of a kernel, in types that TypeScript is to trust. */
export interface Presence {
  /** Its parameters may be left out: those of a program are no parameters of a function. */
  readonly optionalParameters: boolean;
  /** A message inside a message may be missing: only AssemblyScript's entry always writes it. */
  readonly optionalMessages: boolean;
}

/** What may be missing in the messages of a deployed kernel. */
export function presenceOf(kernel: Kernel__Output | null | undefined): Presence {
  const version = kernel?.versions.find(({ digest }) => digest === kernel.digest);
  return presence(kernel?.kind === ModuleKind.MODULE_KIND_WASI, version?.compiler ?? "");
}

function presence(isProgram: boolean, compiler: string): Presence {
  return { optionalParameters: isProgram, optionalMessages: !compiler.startsWith("assemblyscript ") };
}

/** The interface of the kernel that the first argument names: `linalg`, `linalg.ts` or `linalg.wasm`. */
export async function targetSchema(context: CommandContext): Promise<TargetSchema> {
  const target = context.args.need(0, "the kernel");
  const extension = extname(target);
  if (extension === "") return withFabric(context, (fabric) => deployedSchema(context, fabric, target));
  if (context.args.text("digest") !== undefined)
    throw new UsageError("--digest goes with a deployed kernel, not with a file");
  if (extension === ".ts") {
    const { name, schema, manifest } = await buildSource(target);
    return { name, schema, presence: presence(false, manifest.compiler) };
  }
  if (extension !== ".wasm" && extension !== ".wat")
    throw new UsageError(`a kernel's name, a .ts, .wasm or .wat file is needed, not "${target}"`);
  const bytes = (await readModuleFile(target, context.args)).wasm;
  const { admitInWorker } = await import("../worker/admission.ts");
  const { manifest, schema } = await admitInWorker(bytes);
  return { name: manifest.name, schema, presence: presence(manifest.kind === "wasi", manifest.compiler) };
}

async function deployedSchema(context: CommandContext, fabric: Fabric, name: string): Promise<TargetSchema> {
  const { kernel, descriptorSet } = await deployedKernel(context, fabric, name);
  return { name, schema: readKernelSchema(descriptorSet), presence: presenceOf(kernel) };
}

/** A deployed kernel in the version that `--digest` asks for. */
export async function deployedKernel(
  { args, signal }: CommandContext,
  fabric: Fabric,
  name: string,
): Promise<GetResponse__Output> {
  const given = args.text("digest");
  if (given === undefined) return fabric.admin.kernel(name, { signal });
  return fabric.admin.kernel(name, { signal, digest: await wholeDigest(fabric, name, given, signal) });
}
