/**
 * What the SDK knows of kernels: their descriptors, fetched when a function is first called and again when the gateway
 * says, or a call shows, that another version answers.
 */
import type { Client } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { getKernel } from "../rpc/clients.ts";
import type { WhileAway } from "./while-away.ts";
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
  /** The version whose descriptor this is, 64 hex digits. */
  readonly version: string;
  /** Calls go to that version, whatever the kernel's name points to. */
  readonly pinned: boolean;
}

type KernelFunctions = ReadonlyMap<string, CallableFunction>;

/** How often a kernel is fetched again because it changed meanwhile. */
const fetchesMax = 5;

export class Schemas {
  readonly #channel: Client;
  readonly #away: WhileAway;
  readonly #functions = new Map<string, CallableFunction>();
  /** Functions of versions that were asked for by digest, the latest last. */
  readonly #pinned = new Map<string, CallableFunction>();
  readonly #loading = new Map<string, Promise<KernelFunctions>>();
  /** Versions by kernel that the gateway says answer now, while they are being fetched. */
  readonly #announced = new Map<string, string>();

  constructor(channel: Client, away: WhileAway) {
    this.#channel = channel;
    this.#away = away;
  }

  /** The function if it has been looked up already; with a digest, of that version. */
  peek(fullName: string, digest = ""): CallableFunction | undefined {
    return digest === "" ? this.#functions.get(fullName) : this.#pinned.get(`${fullName}@${digest}`);
  }

  /** Looks the function up. Throws BAD_REQUEST, KERNEL_NOT_FOUND, FUNCTION_NOT_FOUND, CONNECTION_LOST. */
  async load(fullName: string, digest = ""): Promise<CallableFunction> {
    const [kernel = "", name = "", ...more] = fullName.split("/");
    if (kernel === "" || name === "" || more.length > 0) {
      throw new HeddleError(
        "BAD_REQUEST",
        `a function is named "kernel/function", not ${JSON.stringify(fullName)}`,
      );
    }
    const functions = digest === "" ? await this.#kernel(kernel) : await this.#fetch(kernel, digest);
    const found = functions.get(name);
    if (found === undefined) {
      const names = [...functions.keys()].join(", ");
      throw new HeddleError(
        "FUNCTION_NOT_FOUND",
        `kernel "${kernel}" has no function "${name}"; it has: ${names}`,
      );
    }
    if (digest === "") return this.#functions.get(fullName) ?? found;
    this.#pin(`${fullName}@${digest}`, found);
    return found;
  }

  /** Looks a function up anew; undefined when it is still the version that is known. Throws as `load` does. */
  async renew(fn: CallableFunction): Promise<CallableFunction | undefined> {
    if (fn.pinned) return undefined;
    // A look-up that is under way may have been answered before the change.
    await this.#loading.get(fn.kernel)?.catch(() => {});
    const found = await this.load(fn.fullName);
    return found.version === fn.version ? undefined : found;
  }

  /** The gateway says that another version of a kernel answers from now on, or with "" none. */
  changed(kernel: string, version: string): void {
    if (version === "") {
      this.#replace(kernel, new Map());
      return;
    }
    for (const fn of this.#functions.values()) {
      if (fn.kernel === kernel && fn.version === version) return;
    }
    this.#announced.set(kernel, version);
    // Whoever calls next goes by what is known until then; a failure here is met by a call that cannot.
    void this.#kernel(kernel).catch(() => {});
  }

  #kernel(kernel: string): Promise<KernelFunctions> {
    const running = this.#loading.get(kernel);
    if (running !== undefined) return running;
    const loading = this.#fetchCurrent(kernel).finally(() => {
      this.#loading.delete(kernel);
      this.#announced.delete(kernel);
    });
    this.#loading.set(kernel, loading);
    return loading;
  }

  async #fetchCurrent(kernel: string): Promise<KernelFunctions> {
    for (let fetches = 1; ; fetches++) {
      const functions = await this.#fetch(kernel, "");
      const [first] = functions.values();
      const announced = this.#announced.get(kernel);
      const late = announced !== undefined && first?.version !== announced;
      if (late && fetches < fetchesMax) continue;
      this.#replace(kernel, functions);
      return functions;
    }
  }

  #replace(kernel: string, functions: KernelFunctions): void {
    for (const [fullName, fn] of this.#functions) {
      if (fn.kernel === kernel && !functions.has(fn.name)) this.#functions.delete(fullName);
    }
    for (const fn of functions.values()) {
      // The same object for the same version: batches of a turn are put together by it.
      if (this.#functions.get(fn.fullName)?.version !== fn.version || fn.version === "")
        this.#functions.set(fn.fullName, fn);
    }
  }

  #pin(key: string, fn: CallableFunction): void {
    this.#pinned.set(key, fn);
    const [oldest] = this.#pinned.keys();
    if (oldest !== undefined && this.#pinned.size > limits.pinnedFunctionsMax) this.#pinned.delete(oldest);
  }

  async #fetch(kernel: string, digest: string): Promise<KernelFunctions> {
    const response = await this.#away.call("reads", {}, (call) =>
      getKernel(this.#channel, { name: kernel, digest }, call),
    );
    const schema = readKernelSchema(response.descriptorSet);
    const pure = response.kernel?.pure ?? false;
    const version = response.kernel?.digest ?? "";
    const functions = new Map<string, CallableFunction>();
    for (const fn of schema.functions) {
      const fullName = `${kernel}/${fn.name}`;
      const unwraps = fn.response.fields.length === 1 && fn.response.fields[0]?.name === "value";
      const pinned = digest !== "";
      functions.set(fn.name, {
        kernel,
        name: fn.name,
        fullName,
        schema: fn,
        pure,
        unwraps,
        version,
        pinned,
      });
    }
    return functions;
  }
}
