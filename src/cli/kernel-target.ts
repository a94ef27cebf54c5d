/** What commands mean by KERNEL: one of the fabric, or a source or module on this machine. */
import { extname } from "node:path";
import type { GetResponse__Output } from "../rpc/generated/heddle/v1/GetResponse.ts";
import type { Fabric } from "../sdk/fabric.ts";
import { readKernelSchema, type KernelSchema } from "../wire/schema.ts";
import { addressOption, withFabric } from "./client.ts";
import type { CommandContext, OptionSpec } from "./command.ts";
import { buildSource, readable } from "./build-source.ts";
import { UsageError } from "./exit-code.ts";

/** The options of commands that read the interface of a kernel. */
export const targetOptions: Readonly<Record<string, OptionSpec>> = {
  digest: {
    type: "text",
    value: "DIGEST",
    about: "a version of it, or the first digits",
    default: "the one that serves",
  },
  ...addressOption,
};

/** The interface of a kernel, and its name. */
export interface TargetSchema {
  readonly name: string;
  readonly schema: KernelSchema;
}

/** The interface of the kernel that the first argument names: `linalg`, `linalg.ts` or `linalg.wasm`. */
export async function targetSchema(context: CommandContext): Promise<TargetSchema> {
  const target = context.args.need(0, "the kernel");
  const extension = extname(target);
  if (extension === "") return withFabric(context, (fabric) => deployedSchema(context, fabric, target));
  if (context.args.text("digest") !== undefined)
    throw new UsageError("--digest goes with a deployed kernel, not with a file");
  if (extension === ".ts") {
    const { name, schema } = await buildSource(target);
    return { name, schema };
  }
  if (extension !== ".wasm")
    throw new UsageError(`a kernel's name, a .ts or a .wasm file is needed, not "${target}"`);
  const bytes = await readable(target);
  const { admitInWorker } = await import("../worker/admission.ts");
  const { manifest, schema } = await admitInWorker(bytes);
  return { name: manifest.name, schema };
}

async function deployedSchema(context: CommandContext, fabric: Fabric, name: string): Promise<TargetSchema> {
  const { descriptorSet } = await deployedKernel(context, fabric, name);
  return { name, schema: readKernelSchema(descriptorSet) };
}

/** A deployed kernel in the version that `--digest` asks for. */
export async function deployedKernel(
  { args, signal }: CommandContext,
  fabric: Fabric,
  name: string,
): Promise<GetResponse__Output> {
  const given = args.text("digest");
  if (given === undefined) return fabric.admin.kernel(name, { signal });
  if (!/^[0-9a-f]{4,64}$/.test(given))
    throw new UsageError(`--digest takes 4 to 64 hex digits, not "${given}"`);
  if (given.length === 64) return fabric.admin.kernel(name, { signal, digest: given });
  const current = await fabric.admin.kernel(name, { signal });
  const known = new Set([
    current.kernel?.digest ?? "",
    ...(current.kernel?.versions ?? []).map(({ digest }) => digest),
  ]);
  const [found, ...more] = [...known].filter((digest) => digest.startsWith(given));
  if (found === undefined || more.length > 0) {
    const fits = found === undefined ? "no version" : `${more.length + 1} versions`;
    throw new UsageError(`${fits} of "${name}" begin with ${given}; there are: ${[...known].join(", ")}`);
  }
  return fabric.admin.kernel(name, { signal, digest: found });
}
