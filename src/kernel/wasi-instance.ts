/**
 * An instance of a WASI command. A command runs once in its life, so every call gets a new instance; the request says
 * what it finds, the response what it left.
 */
import { HeddleError } from "../base/error.ts";
import { decodeMessage, encodeMessage } from "../wire/message.ts";
import { byteArea, type ByteArea } from "./copy-bytes.ts";
import type { KernelInstance } from "./instance.ts";
import type { InstanceForm } from "./instance-form.ts";
import { InstanceState, type InstanceOptions } from "./instance-state.ts";
import { memoryExport } from "./signature.ts";
import { failureOf, kernelFailure, type KernelFailure } from "./trap.ts";
import { WasiHost, type CommandInput } from "./wasi-host.ts";
import { commandSchema, startExport } from "./wasi-command.ts";

/** What a request is once it is decoded. */
interface RunRequest {
  readonly stdin: Uint8Array;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How much of the error stream goes into the message of a trap. */
const stderrTailBytes = 512;

export class WasiInstance implements KernelInstance {
  bytes: Uint8Array = new Uint8Array(0);
  readonly resultAt = 0;
  resultSize = 0;
  failure: KernelFailure | undefined = undefined;
  readonly #program: string;
  readonly #host = new WasiHost();
  readonly #state: InstanceState;
  #start: () => unknown = () => undefined;

  /** `program` is what the command finds as its own name. */
  constructor(options: InstanceOptions, program: string) {
    this.#program = program;
    const { imports } = this.#host;
    try {
      this.#state = new InstanceState(options, { imports, bind: (exports) => this.#bind(exports) });
    } catch (cause) {
      throw this.#early() ?? cause;
    }
    const early = this.#early();
    if (early !== undefined) throw early;
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
    if (size > state.payloadMaxBytes) return this.#give(state.tooLarge(size));
    let input: CommandInput;
    try {
      input = readRequest(this.#program, source.slice(offset, offset + size));
    } catch (error) {
      return this.#give(failureOf(HeddleError.from(error)));
    }
    state.begin();
    this.#host.begin(input);
    try {
      const failure = this.#run(functionIndex);
      return failure === undefined ? this.#respond() : this.#give(failure);
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
    const start = exports[startExport];
    const memory = exports[memoryExport];
    if (typeof start !== "function" || !(memory instanceof WebAssembly.Memory)) return false;
    this.#start = start;
    this.#host.bind(memory);
    return true;
  }

  #run(functionIndex: number): KernelFailure | undefined {
    const host = this.#host;
    let trapped: KernelFailure | undefined;
    try {
      this.#start();
    } catch (error) {
      trapped = this.#state.trapped(error, functionIndex);
    }
    // What the command said counts, whether it let itself be ended or went on.
    const said = host.failure ?? this.#state.failed;
    if (said !== undefined) return said;
    if (trapped === undefined || host.exitCode !== undefined) return undefined;
    const tail = Buffer.from(host.stderr.written.slice(-stderrTailBytes)).toString().trim();
    return tail === ""
      ? trapped
      : kernelFailure(trapped.reason, `${trapped.message}; stderr ends with: ${tail}`);
  }

  #respond(): boolean {
    const { stdout, stderr, exitCode = 0 } = this.#host;
    const value = { stdout: stdout.written, stderr: stderr.written, exitCode };
    this.bytes = encodeMessage(commandSchema().response, value);
    this.resultSize = this.bytes.length;
    return true;
  }

  #early(): HeddleError | undefined {
    const { calledEarly } = this.#host;
    if (calledEarly === undefined) return undefined;
    const said = `the start function calls the import ${calledEarly}; imports may be called by ${startExport} only`;
    return new HeddleError("BAD_IMPORT", `module: ${said}`);
  }

  #give(failure: KernelFailure): false {
    this.failure = failure;
    this.resultSize = 0;
    return false;
  }
}

/** What a run finds. Throws BAD_PAYLOAD. */
function readRequest(program: string, payload: Uint8Array): CommandInput {
  // The cast: this is what the type of the request decodes to.
  const { stdin, args, env } = decodeMessage(commandSchema().request, payload) as unknown as RunRequest;
  const variables = Object.entries(env).map(([name, value]) => {
    if (name === "" || name.includes("="))
      throw badText(`the name of a variable cannot be ${JSON.stringify(name)}`);
    return `${name}=${value}`;
  });
  for (const text of [...args, ...variables]) {
    if (text.includes("\0")) throw badText(`${JSON.stringify(text.slice(0, 40))} has a NUL character in it`);
  }
  return { stdin, args: [program, ...args], env: variables };
}

function badText(said: string): HeddleError {
  return new HeddleError("BAD_PAYLOAD", `payload: args and env: ${said}`);
}
