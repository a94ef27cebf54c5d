/**
 * The library's functions in C: baselines/c/*.c as one program per set of compiler options, built when it is needed and
 * kept beside the installed packages under a digest of all that went into it. The program is given inputs once and then
 * told how long to run; what goes over its pipes stands in driver.c.
 *
 * Tables that the kernels have as data (coefficients, kinds of characters) are taken from their sources.
 */
import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Unavailable } from "../harness.ts";

/** A running program. One request at a time. */
export interface CProgram {
  /** Gives it a function and its inputs. */
  select(name: string, inputs: readonly Uint8Array[]): Promise<void>;
  /** The outputs of one call. */
  outputs(): Promise<readonly Uint8Array[]>;
  /** Calls for so long, at least once; gives nanoseconds for one call. */
  measure(durationMs: number): Promise<number>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = fileURLToPath(new URL("../baselines/c", import.meta.url));
const cache = join(root, "node_modules", ".cache", "heddle-bench");

/** What every program is compiled with. `gnu11` is C11 that may contract a product and a sum where there is such an instruction. */
const common = ["-std=gnu11", "-O3"];

/** The version of gcc, as it says it itself. Throws Unavailable where there is none. */
export function gccVersion(): string {
  const { status, stdout } = spawnSync("gcc", ["--version"], { encoding: "utf8" });
  if (status !== 0) throw new Unavailable("gcc is missing; get it with: apt-get install gcc libc6-dev");
  return stdout.split("\n")[0] ?? "";
}

/** Builds the program with further options of gcc, unless it was, and starts it. It ends with the scope. */
export async function startCProgram(
  scope: AsyncDisposableStack,
  options: readonly string[],
): Promise<CProgram> {
  const file = await builtProgram([...common, ...options]);
  const child = spawn(file, { stdio: ["pipe", "pipe", "inherit"] });
  scope.defer(() => void child.kill("SIGKILL"));
  return new PipedProgram(child);
}

async function builtProgram(options: readonly string[]): Promise<string> {
  const names = readdirSync(sources).toSorted();
  const tables = { "coefficients.h": coefficients(), "unicode.h": unicode() };
  const hash = createHash("sha256").update(gccVersion()).update(options.join(" "));
  for (const name of names) hash.update(name).update(readFileSync(join(sources, name)));
  for (const text of Object.values(tables)) hash.update(text);
  // "native" is another thing on another machine.
  if (options.includes("-march=native")) hash.update(nativeOptions());
  const folder = join(cache, hash.digest("hex").slice(0, 16));
  const file = join(folder, "functions");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(folder, name), text);
  const half = `${file}.${process.pid}`;
  const units = names.filter((name) => name.endsWith(".c")).map((name) => join(sources, name));
  await run("gcc", [...options, "-I", folder, "-o", half, ...units, "-lm"]);
  renameSync(half, file);
  return file;
}

function nativeOptions(): string {
  return spawnSync("gcc", ["-march=native", "-Q", "--help=target"], { encoding: "utf8" }).stdout;
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code}`));
    });
  });
}

/** The coefficients of DOP853 as constants in C. */
function coefficients(): string {
  const text = readFileSync(join(root, "kernels/ode/coefficients.ts"), "utf8");
  return [...text.matchAll(/^export const (\w+) = (.+);$/gm)]
    .map(([, name, value]) => `static const double ${name} = ${value};\n`)
    .join("");
}

/** Kinds and foldings of characters as arrays in C. */
function unicode(): string {
  const text = readFileSync(join(root, "kernels/text/unicode.ts"), "utf8");
  const types = { KINDS: "uint32_t", FOLDS: "int32_t" };
  return Object.entries(types)
    .map(([name, type]) => {
      const list = new RegExp(`${name}: usize = memory\\.data<\\w+>\\(\\[([^\\]]+)\\]`).exec(text)?.[1];
      const count = new RegExp(`${name}_COUNT: i32 = (\\d+)`).exec(text)?.[1];
      return `static const ${type} ${name}[] = {${list}};\n#define ${name}_COUNT ${count}\n`;
    })
    .join("");
}

/** Codes of requests. */
const request = { select: 1n, outputs: 2n, measure: 3n } as const;

class PipedProgram implements CProgram {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #ended: Error | undefined = undefined;
  #wake: () => void = () => {};

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    child.stdin.on("error", () => {}); // the program has ended, which "exit" tells
    child.stdout.on("data", (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#receivedBytes += chunk.length;
      this.#wake();
    });
    const end = (said: string): void => {
      this.#ended = new Error(`the program in C ${said}`);
      this.#wake();
    };
    child.once("error", (error) => end(`did not start: ${error.message}`));
    child.once("exit", (code, signal) => end(`ended with ${code ?? signal}`));
  }

  async select(name: string, inputs: readonly Uint8Array[]): Promise<void> {
    const parts: Uint8Array[] = [whole(request.select), ...sized(new TextEncoder().encode(name))];
    parts.push(whole(BigInt(inputs.length)));
    for (const input of inputs) parts.push(...sized(input));
    const reply = await this.#ask(parts);
    if (reply.readBigUInt64LE() === 0n) throw new Error(`the program in C has no function ${name}`);
  }

  async outputs(): Promise<readonly Uint8Array[]> {
    const reply = await this.#ask([whole(request.outputs)]);
    const count = Number(reply.readBigUInt64LE());
    const outputs: Uint8Array[] = [];
    for (let index = 0, at = 8; index < count; index++) {
      const size = Number(reply.readBigUInt64LE(at));
      // A copy starts at an address that is fit for any typed array.
      outputs.push(new Uint8Array(reply.subarray(at + 8, at + 8 + size)));
      at += 8 + size;
    }
    return outputs;
  }

  async measure(durationMs: number): Promise<number> {
    const reply = await this.#ask([whole(request.measure), whole(BigInt(Math.round(durationMs * 1e6)))]);
    return Number(reply.readBigUInt64LE(8)) / Number(reply.readBigUInt64LE());
  }

  async #ask(parts: readonly Uint8Array[]): Promise<Buffer> {
    for (const part of parts) this.#child.stdin.write(part);
    await this.#has(8);
    const size = Number(Buffer.concat(this.#received).readBigUInt64LE());
    await this.#has(8 + size);
    const reply = Buffer.concat(this.#received).subarray(8, 8 + size);
    this.#received = [];
    this.#receivedBytes = 0;
    return reply;
  }

  async #has(bytes: number): Promise<void> {
    while (this.#receivedBytes < bytes) {
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function whole(value: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

function sized(bytes: Uint8Array): Uint8Array[] {
  return [whole(BigInt(bytes.length)), bytes];
}
