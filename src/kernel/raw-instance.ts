/**
 * An instance of a raw module: numbers in, numbers out. The host decodes the request's fields into arguments and
 * encodes the results, so that the module itself need not know of messages, nor even have a memory.
 */
import { HeddleError } from "../base/error.ts";
import { BackwardWriter } from "../wire/backward-writer.ts";
import { ByteReader } from "../wire/byte-reader.ts";
import { scalarCodecs, type ScalarCodec } from "../wire/scalar-codec.ts";
import { WireType } from "../wire/varint.ts";
import { byteArea, type ByteArea } from "./copy-bytes.ts";
import type { KernelInstance } from "./instance.ts";
import type { InstanceForm } from "./instance-form.ts";
import { InstanceState, type InstanceOptions } from "./instance-state.ts";
import { scalarOf } from "./raw-interface.ts";
import { failureOf, type KernelFailure } from "./trap.ts";
import type { FunctionType } from "./value-type.ts";

type Number64 = number | bigint;
type RawExport = (...args: Number64[]) => Number64 | readonly Number64[] | undefined;

/** A function with what it takes to call it; `args` is used again for each call. */
interface RawFunction {
  readonly parameters: readonly ScalarCodec[];
  readonly results: readonly ScalarCodec[];
  readonly args: Number64[];
}

/** Reads one request out of the bytes of a whole batch; positions in errors count from the request's first byte. */
class RequestReader extends ByteReader {
  start = 0;

  override fail(said: string, at: number = this.pos): never {
    super.fail(said, at - this.start);
  }
}

export class RawInstance implements KernelInstance {
  bytes: Uint8Array = new Uint8Array(0);
  readonly resultAt = 0;
  resultSize = 0;
  failure: KernelFailure | undefined = undefined;
  readonly #state: InstanceState;
  readonly #functions: readonly RawFunction[];
  readonly #names: readonly string[];
  readonly #writer = new BackwardWriter();
  #reader = new RequestReader(this.bytes);
  #exports: readonly RawExport[] = [];

  constructor(options: InstanceOptions, types: readonly FunctionType[]) {
    this.#functions = types.map(callable);
    this.#names = options.functions;
    this.#state = new InstanceState(options, { bind: (exports) => this.#bind(exports) });
  }

  get area(): ByteArea {
    return byteArea(this.bytes);
  }

  get rebuilds(): number {
    return this.#state.rebuilds;
  }

  get exports(): WebAssembly.Exports {
    return this.#state.exports;
  }

  call(functionIndex: number, source: Uint8Array, offset: number, size: number): boolean {
    const state = this.#state;
    this.failure = undefined;
    const fn = this.#functions[functionIndex];
    if (fn === undefined) throw new HeddleError("INTERNAL", `the instance has no function ${functionIndex}`);
    if (size > state.payloadMaxBytes) return this.#give(state.tooLarge(size));
    const refused = this.#decode(fn, source, offset, size);
    if (refused !== undefined) return this.#give(refused);
    state.begin();
    try {
      const result = this.#exports[functionIndex]?.(...fn.args);
      // A module that catches everything may go on after `fail`: what it returns then does not count.
      if (state.failed !== undefined) return this.#give(state.failed);
      this.#encode(fn, result);
      return true;
    } catch (error) {
      return this.#give(state.trapped(error, functionIndex));
    } finally {
      state.end();
    }
  }

  reset(): void {
    this.#state.reset();
  }

  observe(callMs: number): void {
    this.#state.observe(callMs);
  }

  offer(watched: InstanceForm): void {
    this.#state.choice.offer(watched);
  }

  #bind(exports: WebAssembly.Exports): boolean {
    const found = this.#names.map((name) => exports[name]);
    // The cast: the types were read from the module, and WebAssembly takes and gives 64-bit integers as bigint.
    this.#exports = found.filter((value) => typeof value === "function") as unknown as RawExport[];
    return this.#exports.length === this.#names.length;
  }

  /** Fills the arguments; gives the failure of a request that is none. */
  #decode(fn: RawFunction, source: Uint8Array, offset: number, size: number): KernelFailure | undefined {
    if (this.#reader.bytes !== source) this.#reader = new RequestReader(source);
    const reader = this.#reader;
    reader.start = reader.pos = offset;
    reader.end = offset + size;
    const { parameters, args } = fn;
    for (let index = 0; index < parameters.length; index++) args[index] = zeroOf(parameters[index]);
    try {
      while (reader.pos < reader.end) readField(reader, parameters, args);
      return undefined;
    } catch (error) {
      return failureOf(HeddleError.from(error));
    }
  }

  #encode({ results }: RawFunction, result: Number64 | readonly Number64[] | undefined): void {
    const writer = this.#writer;
    for (let index = results.length - 1; index >= 0; index--) {
      const codec = results[index];
      const given = typeof result === "object" ? result[index] : result;
      const value = Number.isNaN(given) ? NaN : given; // one NaN for all, whatever its bits were
      if (codec === undefined || codec.isZero(value)) continue;
      codec.write(writer, value);
      writer.varint((((index + 1) << 3) | codec.wireType) >>> 0);
    }
    this.bytes = writer.finish();
    this.resultSize = this.bytes.length;
    if (this.resultSize === 0) writer.reset();
  }

  #give(failure: KernelFailure): false {
    this.failure = failure;
    this.resultSize = 0;
    return false;
  }
}

function callable({ parameters, results }: FunctionType): RawFunction {
  const codecs = (types: FunctionType["parameters"]) => types.map((type) => scalarCodecs[scalarOf(type)]);
  return { parameters: codecs(parameters), results: codecs(results), args: parameters.map(() => 0) };
}

function zeroOf(codec: ScalarCodec | undefined): Number64 {
  return (codec?.zero() ?? 0) as Number64; // all codecs here are of numbers
}

function readField(reader: RequestReader, parameters: readonly ScalarCodec[], args: Number64[]): void {
  const tag = reader.tag();
  const index = (tag >>> 3) - 1;
  const codec = parameters[index];
  if (codec === undefined) return reader.skip(tag);
  const wireType = tag & 7;
  if (wireType === WireType.LENGTH || wireType !== codec.wireType) {
    reader.fail(`field ${index + 1} has the wire type ${wireType} where ${codec.wireType} belongs`);
  }
  args[index] = codec.read(reader) as Number64; // all codecs here are of numbers
}
