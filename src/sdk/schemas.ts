/** What the SDK knows of kernels: their descriptors, fetched once per kernel for the life of the connection object. */
import type { Client } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { getKernel } from "../rpc/clients.ts";
import { readKernelSchema, type FunctionSchema } from "../wire/schema.ts";

/** A function that can be called. */
export interface CallableFunction {
  readonly kernel: string;
  readonly name: string;
  /** `kernel/function`. */
  readonly fullName: string;
  readonly schema: FunctionSchema;
  /** May be run again at any time. */
  readonly pure: boolean;
  /** The response has the field `value`, which is what callers get. */
  readonly unwraps: boolean;
}

type KernelFunctions = ReadonlyMap<string, CallableFunction>;

export class Schemas {
  readonly #channel: Client;
  readonly #functions = new Map<string, CallableFunction>();
  readonly #loading = new Map<string, Promise<KernelFunctions>>();

  constructor(channel: Client) {
    this.#channel = channel;
  }

  /** The function if its kernel has been looked up already. */
  peek(fullName: string): CallableFunction | undefined {
    return this.#functions.get(fullName);
  }

  /** Looks the function up. Throws BAD_REQUEST, KERNEL_NOT_FOUND, FUNCTION_NOT_FOUND, CONNECTION_LOST. */
  async load(fullName: string): Promise<CallableFunction> {
    const [kernel = "", name = "", ...more] = fullName.split("/");
    if (kernel === "" || name === "" || more.length > 0) {
      throw new HeddleError(
        "BAD_REQUEST",
        `a function is named "kernel/function", not ${JSON.stringify(fullName)}`,
      );
    }
    const functions = await this.#kernel(kernel);
    const found = functions.get(name);
    if (found !== undefined) return found;
    const names = [...functions.keys()].join(", ");
    throw new HeddleError(
      "FUNCTION_NOT_FOUND",
      `kernel "${kernel}" has no function "${name}"; it has: ${names}`,
    );
  }

  #kernel(kernel: string): Promise<KernelFunctions> {
    const running = this.#loading.get(kernel);
    if (running !== undefined) return running;
    const loading = this.#fetch(kernel).finally(() => this.#loading.delete(kernel));
    this.#loading.set(kernel, loading);
    return loading;
  }

  async #fetch(kernel: string): Promise<KernelFunctions> {
    const response = await getKernel(this.#channel, { name: kernel });
    const schema = readKernelSchema(response.descriptorSet);
    const pure = response.kernel?.pure ?? false;
    const functions = new Map<string, CallableFunction>();
    for (const fn of schema.functions) {
      const fullName = `${kernel}/${fn.name}`;
      const unwraps = fn.response.fields.length === 1 && fn.response.fields[0]?.name === "value";
      const callable = { kernel, name: fn.name, fullName, schema: fn, pure, unwraps };
      functions.set(fn.name, callable);
      this.#functions.set(fullName, callable);
    }
    return functions;
  }
}
