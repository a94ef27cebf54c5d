/**
 * The manifest: what a module says of itself beside its code, as JSON in the custom section `heddle.manifest`.
 * A sidecar `heddle.json` or a comment in the source sets it at build time; unknown keys are refused.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** A complete manifest: every key has its value. */
export interface Manifest {
  /** Kernel name: a protobuf identifier in lower snake case. */
  readonly name: string;
  /** Longest run of one invocation, in ms. */
  readonly timeLimitMs: number;
  /** Memory maximum of an instance, in bytes; a multiple of 64 KiB. */
  readonly memoryMaxBytes: number;
  /** `fresh`: every call sees the state just after the start function. */
  readonly state: "fresh";
  /** Host imports with effects that the kernel may use. None exist yet. */
  readonly capabilities: readonly string[];
  /** What made the module, for people: `assemblyscript 0.28.20`; empty when unknown. */
  readonly compiler: string;
}

/** What an author may write; `name` defaults to the file's name. */
export type ManifestInput = Partial<Manifest>;

const pageBytes = 64 * 1024;
const identifier = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const reserved = new Set(["traces", "metrics", "logs", "heddle", "grpc", "google", "opentelemetry"]);

/** Every key of a manifest. */
export const manifestKeys: readonly (keyof Manifest)[] = [
  "name",
  "timeLimitMs",
  "memoryMaxBytes",
  "state",
  "capabilities",
  "compiler",
];

function bad(message: string): HeddleError {
  return new HeddleError("BAD_MANIFEST", message);
}

function integerWithin(key: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw bad(
      `manifest: "${key}" must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`,
    );
  }
  return value;
}

/** Checks a kernel name; throws RESERVED_NAME. */
export function checkKernelName(name: string): void {
  if (!identifier.test(name) || name.length > 64) {
    throw new HeddleError(
      "RESERVED_NAME",
      `kernel name ${JSON.stringify(name)} must be lower snake case (a-z, 0-9, _), start with a letter and have at most 64 characters`,
    );
  }
  if (reserved.has(name)) throw new HeddleError("RESERVED_NAME", `kernel name "${name}" is reserved`);
}

/** Checks what an author wrote and fills in the defaults. Throws BAD_MANIFEST or RESERVED_NAME. */
export function resolveManifest(input: unknown, defaults: { readonly name?: string } = {}): Manifest {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw bad("manifest: must be a JSON object");
  }
  for (const key of Object.keys(input)) {
    if (!manifestKeys.some((each) => each === key))
      throw bad(`manifest: unknown key "${key}"; known are ${manifestKeys.join(", ")}`);
  }
  const given = input as Readonly<Record<string, unknown>>; // an object, by the check above
  const name = given["name"] ?? defaults.name;
  if (typeof name !== "string") throw bad(`manifest: "name" must be a string, not ${JSON.stringify(name)}`);
  checkKernelName(name);
  const state = given["state"] ?? "fresh";
  if (state !== "fresh") throw bad(`manifest: "state" must be "fresh", not ${JSON.stringify(state)}`);
  const capabilities = given["capabilities"] ?? [];
  if (!Array.isArray(capabilities) || capabilities.length > 0) {
    throw bad(
      `manifest: "capabilities" must be [], no capability exists yet; it is ${JSON.stringify(capabilities)}`,
    );
  }
  const compiler = given["compiler"] ?? "";
  if (typeof compiler !== "string") throw bad(`manifest: "compiler" must be a string`);
  const memory = given["memoryMaxBytes"] ?? limits.memoryDefaultMaxBytes;
  const memoryMaxBytes = integerWithin("memoryMaxBytes", memory, pageBytes, limits.memoryCapBytes);
  if (memoryMaxBytes % pageBytes !== 0) {
    throw bad(`manifest: "memoryMaxBytes" must be a multiple of ${pageBytes}, not ${memoryMaxBytes}`);
  }
  const timeLimit = given["timeLimitMs"] ?? limits.timeLimitMs;
  const timeLimitMs = integerWithin("timeLimitMs", timeLimit, 1, limits.timeLimitCapMs);
  return { name, timeLimitMs, memoryMaxBytes, state, capabilities: [], compiler };
}
