/** The object an application holds: calls kernels, maps them, deploys them, looks at the nodes. */
import type { Client } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { untilAborted, withTimeout } from "../base/signals.ts";
import { closeChannel, openChannel } from "../rpc/channel.ts";
import type { Connection } from "./connection.ts";
import { FabricAdmin } from "./admin.ts";
import { Invoker, type InvokeResult } from "./invoke.ts";
import { createKernelClient, type KernelClient, type UntypedKernel } from "./kernel-client.ts";
import { MapRun, type MapResult } from "./map.ts";
import type { Inputs } from "./map-reader.ts";
import {
  resolveInvokeOptions,
  resolveMapOptions,
  type InvokeOptions,
  type MapOptions,
  type ResolvedInvoke,
  type ResolvedMap,
} from "./options.ts";
import { Schemas, type CallableFunction } from "./schemas.ts";
import { WhileAway } from "./while-away.ts";

/** A connection to a fabric. Made by `connect`. */
export class Fabric {
  /** Where it is connected to. */
  readonly address: string;
  /** Deploying kernels, listing kernels and nodes. */
  readonly admin: FabricAdmin;
  readonly #connection: Connection;
  readonly #channel: Client;
  readonly #away: WhileAway;
  readonly #schemas: Schemas;
  readonly #invoker: Invoker;

  constructor(address: string, connection: Connection) {
    this.address = address;
    this.#connection = connection;
    this.#channel = openChannel(address, "client");
    this.#away = new WhileAway(connection.reconnectMs);
    this.#schemas = new Schemas(this.#channel, this.#away);
    this.#invoker = new Invoker(connection, (fn) => this.#schemas.renew(fn));
    connection.onVersion((kernel, version) => this.#schemas.changed(kernel, version));
    this.admin = new FabricAdmin(this.#channel, this.#away);
  }

  /**
   * Calls a function, named `kernel/function`, with the fields of its request as an object; gives its result. Rejects
   * with a HeddleError.
   */
  invoke<Value = unknown>(fn: string, input: object, options?: InvokeOptions): Promise<Value> {
    return this.#invoke(fn, input, options, false) as Promise<Value>; // the caller says what the function returns
  }

  /** Like `invoke`, with what the call took: node, attempts, times. */
  invokeWithStats<Value = unknown>(
    fn: string,
    input: object,
    options?: InvokeOptions,
  ): Promise<InvokeResult<Value>> {
    return this.#invoke(fn, input, options, true) as Promise<InvokeResult<Value>>; // as above
  }

  /**
   * Calls a function for each input and gives the results as they can be handed out: in the order of the inputs, or
   * with `ordered: false` as they are ready. Bounded in memory whatever the number of inputs.
   */
  map<Value = unknown>(
    fn: string,
    inputs: Iterable<object> | AsyncIterable<object>,
    options?: MapOptions,
  ): AsyncIterableIterator<MapResult<Value>, undefined> {
    const known = Array.isArray(inputs) ? { total: inputs.length } : {};
    const resolved = resolveMapOptions({ ...known, ...options });
    const iterator = new MapIterator(this.#schemas, this.#connection, fn, inputs, resolved);
    return iterator as AsyncIterableIterator<MapResult<Value>, undefined>; // the caller says what the function returns
  }

  /**
   * A deployed kernel as an object with a method for each function: `fabric.kernel<LinalgKernel>("linalg").matmul(…)`.
   * `heddle typegen` writes the interface. Nothing is looked up before the first call. Throws BAD_REQUEST for what
   * cannot be a kernel's name.
   */
  kernel<Kernel extends object = UntypedKernel>(name: string): KernelClient<Kernel> {
    return createKernelClient<Kernel>(this, name);
  }

  /** What the SDK knows of a function, or with a digest of it in that version: its messages, and whether it is pure. */
  async describe(fn: string, digest = ""): Promise<CallableFunction> {
    return this.#schemas.peek(fn, digest) ?? (await this.#schemas.load(fn, digest));
  }

  /** Closes the connection; what is under way fails with CANCELLED. */
  close(): void {
    this.#connection.close(new HeddleError("CANCELLED", "the fabric was closed by its own process"));
    this.#away.close();
    closeChannel(this.#channel);
  }

  #invoke(
    name: string,
    input: object,
    options: InvokeOptions | undefined,
    withStats: boolean,
  ): Promise<unknown> {
    let resolved;
    try {
      resolved = resolveInvokeOptions(options);
    } catch (error) {
      return Promise.reject(HeddleError.from(error));
    }
    const fn = this.#schemas.peek(name, resolved.digest);
    if (fn === undefined) return this.#lookUpAndInvoke(name, input, resolved, withStats);
    return this.#invoker.invoke(fn, input, resolved, withStats);
  }

  async #lookUpAndInvoke(
    name: string,
    input: object,
    resolved: ResolvedInvoke,
    withStats: boolean,
  ): Promise<unknown> {
    const fn = await lookUp(this.#schemas, name, resolved);
    return this.#invoker.invoke(fn, input, resolved, withStats);
  }
}

const over: IteratorResult<MapResult<unknown>, undefined> = { done: true, value: undefined };

/** Looks a function up for as long as the call may take. */
async function lookUp(schemas: Schemas, name: string, options: ResolvedInvoke): Promise<CallableFunction> {
  const { signal, deadlineMs, digest } = options;
  using limit = withTimeout(signal, deadlineMs === 0 ? Infinity : deadlineMs, `looking up ${name}`);
  return await untilAborted(schemas.load(name, digest), limit.signal);
}

/** Starts the map with the first `next`, once the function has been looked up. */
class MapIterator implements AsyncIterableIterator<MapResult<unknown>, undefined> {
  #run: MapRun | undefined;
  #returned = false;
  readonly #start: () => Promise<MapRun>;

  constructor(schemas: Schemas, connection: Connection, name: string, inputs: Inputs, options: ResolvedMap) {
    let starting: Promise<MapRun> | undefined;
    const create = (fn: CallableFunction): MapRun =>
      (this.#run = new MapRun(connection, fn, inputs, options));
    this.#start = () => (starting ??= lookUp(schemas, name, options).then(create));
  }

  next(): Promise<IteratorResult<MapResult<unknown>, undefined>> {
    if (this.#run !== undefined) return this.#run.next();
    return this.#returned ? Promise.resolve(over) : this.#first();
  }

  async return(): Promise<IteratorResult<MapResult<unknown>, undefined>> {
    this.#returned = true;
    return this.#run === undefined ? over : this.#run.return();
  }

  async #first(): Promise<IteratorResult<MapResult<unknown>, undefined>> {
    const run = await this.#start();
    return this.#returned ? run.return() : run.next();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
