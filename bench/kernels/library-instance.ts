/** A kernel of the library in this process, called as a worker calls it: with bytes, and with fresh state each time. */
import { admitModule } from "../../src/kernel/admission.ts";
import { createInstance } from "../../src/kernel/instance.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import { decodeMessage } from "../../src/wire/message-decode.ts";
import { encodeMessage } from "../../src/wire/message-encode.ts";
import { libraryModule } from "../../test/support/kernels.ts";

/** A function with its request. */
export interface LibraryCall {
  /** Calls it once; throws what the kernel said when it failed. */
  run(): void;
  /** Tells the instance how long a call took, as a worker does after each batch. */
  observe(callMs: number): void;
  /** What the last call gave. */
  value(): unknown;
}

/** An instance of a kernel. */
export interface LibraryInstance {
  call(name: string, request: object): LibraryCall;
}

/** Builds, admits and instantiates `kernels/<name>.ts`. */
export async function openLibraryInstance(name: string): Promise<LibraryInstance> {
  const wasm = await libraryModule(name);
  const { digest, schema } = admitModule(wasm);
  const { module, plan, functions, watched } = await loadKernel(wasm, digest);
  const instance = createInstance({ module, plan, functions, watched, sinks: { log: () => {} } });
  return {
    call(method, request) {
      const position = functions.indexOf(method);
      const types = schema.functions[position];
      if (types === undefined) throw new Error(`kernel ${name} has no function ${method}`);
      const payload = encodeMessage(types.request, request);
      return {
        run() {
          if (instance.call(position, payload, 0, payload.length)) return;
          throw new Error(`${name}/${method}: ${instance.failure?.message}`);
        },
        observe: (callMs) => instance.observe(callMs),
        value() {
          const { bytes, resultAt, resultSize } = instance;
          return decodeMessage(types.response, bytes.slice(resultAt, resultAt + resultSize))["value"];
        },
      };
    },
  };
}
