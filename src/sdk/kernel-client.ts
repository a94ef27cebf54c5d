/** A kernel as an object whose methods are its functions: names are only names, so nothing needs to be looked up. */
import { HeddleError } from "../base/error.ts";
import type { InvokeResult } from "./invoke.ts";
import type { MapResult } from "./map.ts";
import type { InvokeOptions, MapOptions } from "./options.ts";

/** A kernel without types: any function, any input. */
export interface UntypedKernel {
  [name: string]: (input?: object) => Promise<unknown>;
}

/** A function of a kernel: call it, or map it over inputs. */
export interface KernelMethod<Args extends readonly unknown[], Value> {
  /** Calls the function with the fields of its request; gives its result. Rejects with a HeddleError. */
  (...args: [...input: Args, options?: InvokeOptions]): Promise<Value>;
  /** Calls it and also tells what the call took: node, attempts, times. */
  withStats(...args: [...input: Args, options?: InvokeOptions]): Promise<InvokeResult<Value>>;
  /** Calls it for each input, as `fabric.map` does. */
  map(
    inputs: Iterable<NonNullable<Args[0]>> | AsyncIterable<NonNullable<Args[0]>>,
    options?: MapOptions,
  ): AsyncIterableIterator<MapResult<Value>, undefined>;
}

/** A deployed kernel: its functions as an interface of `heddle typegen` names them, each with a place for options. */
export type KernelClient<Kernel extends object> = {
  readonly [Name in Exclude<keyof Kernel, Unreachable>]: Kernel[Name] extends (
    ...args: infer Args
  ) => Promise<infer Value>
    ? KernelMethod<Args, Value>
    : never;
};

/**
 * Names that mean something on every object; functions of these names are called with `fabric.invoke`. An object with
 * `then` would be called by `await`, one with `toJSON` by `JSON.stringify`.
 */
type Unreachable = "then" | "toJSON" | keyof typeof Object.prototype;

/** What a fabric does for the methods. */
interface Caller {
  invoke(fn: string, input: object, options?: InvokeOptions): Promise<unknown>;
  invokeWithStats(fn: string, input: object, options?: InvokeOptions): Promise<InvokeResult<unknown>>;
  map(
    fn: string,
    inputs: Iterable<object> | AsyncIterable<object>,
    options?: MapOptions,
  ): AsyncIterableIterator<MapResult<unknown>, undefined>;
}

type UntypedMethod = KernelMethod<[input?: object], unknown>;

/** The client of a kernel. Throws BAD_REQUEST for what cannot be a kernel's name. */
export function createKernelClient<Kernel extends object>(
  caller: Caller,
  name: string,
): KernelClient<Kernel> {
  if (typeof name !== "string" || name === "" || name.includes("/")) {
    throw new HeddleError(
      "BAD_REQUEST",
      `a kernel's name is one word like "linalg", not ${JSON.stringify(name)}`,
    );
  }
  const methods = new Map<string, UntypedMethod>();
  const client = new Proxy(Object.freeze({}), {
    get(target, key): unknown {
      if (typeof key !== "string" || key === "then" || key === "toJSON" || key in target) {
        return Reflect.get(target, key);
      }
      let method = methods.get(key);
      if (method === undefined) methods.set(key, (method = createMethod(caller, `${name}/${key}`)));
      return method;
    },
  });
  return client as KernelClient<Kernel>; // the caller says what the kernel offers
}

function createMethod(caller: Caller, fn: string): UntypedMethod {
  return Object.assign((input: object = {}, options?: InvokeOptions) => caller.invoke(fn, input, options), {
    withStats: (input: object = {}, options?: InvokeOptions) => caller.invokeWithStats(fn, input, options),
    map: (inputs: Iterable<object> | AsyncIterable<object>, options?: MapOptions) =>
      caller.map(fn, inputs, options),
  });
}
