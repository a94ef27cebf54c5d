/** A kernel of the library, in this process, called with plain objects through its own descriptor. */
import type { Code } from "../../src/base/code.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import type { Manifest } from "../../src/kernel/manifest.ts";
import { decodeMessage } from "../../src/wire/message-decode.ts";
import { encodeMessage } from "../../src/wire/message-encode.ts";
import type { KernelSchema } from "../../src/wire/schema.ts";
import { libraryModule } from "./kernels.ts";

/** What a test needs of it. */
export interface LibraryKernel {
  readonly wasm: Uint8Array;
  readonly manifest: Manifest;
  readonly schema: KernelSchema;
  readonly pure: boolean;
  readonly instance: KernelInstance;
  /** Calls a function; gives its value. Throws what the kernel said when the call failed. */
  call(name: string, request: object): unknown;
  /** Calls a function that must fail; gives what the kernel said. */
  refusal(name: string, request: object): Refusal;
}

/** How a kernel refused a request. */
export interface Refusal {
  readonly code: Code;
  readonly message: string;
}

/** Builds, admits and loads `kernels/<name>.ts`. */
export async function openLibraryKernel(name: string): Promise<LibraryKernel> {
  return openKernelModule(await libraryModule(name));
}

/** Admits and loads a built kernel. */
export async function openKernelModule(wasm: Uint8Array): Promise<LibraryKernel> {
  const { digest, manifest, pure, schema } = admitModule(wasm);
  const { name } = manifest;
  const { module, plan, functions } = await loadKernel(wasm, digest);
  const instance = createInstance({ module, plan, functions, sinks: { log: () => {} } });
  const run = (method: string, request: object): unknown => {
    const position = functions.indexOf(method);
    const types = schema.functions[position];
    if (types === undefined) throw new Error(`kernel ${name} has no function ${method}`);
    const payload = encodeMessage(types.request, request);
    if (!instance.call(position, payload, 0, payload.length)) return failed;
    const { resultAt, resultSize } = instance;
    return decodeMessage(types.response, instance.bytes.subarray(resultAt, resultAt + resultSize))["value"];
  };
  return {
    wasm,
    manifest,
    schema,
    pure,
    instance,
    call(method, request) {
      const value = run(method, request);
      if (value === failed) throw new Error(`${name}/${method}: ${instance.failure?.message}`);
      return value;
    },
    refusal(method, request) {
      if (run(method, request) !== failed) throw new Error(`${name}/${method} refused nothing`);
      const { failure } = instance;
      if (failure === undefined) throw new Error(`${name}/${method} failed without a reason`);
      return { code: failure.code, message: failure.message };
    },
  };
}

const failed = Symbol("the call failed");
