/**
 * The manifest: what a module says of itself beside its code, as JSON in the custom section `heddle.manifest`.
 * A sidecar `heddle.json` or a comment in the source sets it at build time; unknown keys are refused.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { moduleKinds, type ModuleKind } from "./module-kind.ts";

/** A complete manifest: every key has its value. */
export interface Manifest {
  /** Kernel name: a protobuf identifier in lower snake case. */
  readonly name: string;
  /** How its functions are called. */
  readonly kind: ModuleKind;
  /** Longest run of one invocation, in ms. */
  readonly timeLimitMs: number;
  /** Memory maximum of an instance, in bytes; a multiple of 64 KiB. */
  readonly memoryMaxBytes: number;
  /** `fresh`: every call sees the state just after the start function. */
  readonly state: "fresh";
  /** What the kernel may use beside its own code: `clock`, `random`. */
  readonly capabilities: readonly string[];
  /** What made the module, for people: `assemblyscript 0.28.20`; empty when unknown. */
  readonly compiler: string;
}

/** What an author may write; `name` defaults to the file's name. */
export type ManifestInput = Partial<Manifest>;

const pageBytes = 64 * 1024;
const identifier = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const reserved = new Set(["traces", "metrics", "logs", "heddle", "grpc", "google", "opentelemetry"]);
/** What a manifest may list; each is an import that a WASI command has. */
const capabilityNames: readonly unknown[] = ["clock", "random"];

/** Every key of a manifest. */
export const manifestKeys: readonly (keyof Manifest)[] = [
  "name",
  "kind",
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
  const compiler = given["compiler"] ?? "";
  if (typeof compiler !== "string") throw bad(`manifest: "compiler" must be a string`);
  const memory = given["memoryMaxBytes"] ?? limits.memoryDefaultMaxBytes;
  const memoryMaxBytes = integerWithin("memoryMaxBytes", memory, pageBytes, limits.memoryCapBytes);
  if (memoryMaxBytes % pageBytes !== 0) {
    throw bad(`manifest: "memoryMaxBytes" must be a multiple of ${pageBytes}, not ${memoryMaxBytes}`);
  }
  const timeLimit = given["timeLimitMs"] ?? limits.timeLimitMs;
  const timeLimitMs = integerWithin("timeLimitMs", timeLimit, 1, limits.timeLimitCapMs);
  const kind = readKind(given["kind"] ?? "typed");
  const capabilities = readCapabilities(given["capabilities"] ?? []);
  return { name, kind, timeLimitMs, memoryMaxBytes, state, capabilities, compiler };
}

function readKind(value: unknown): ModuleKind {
  const kind = moduleKinds.find((each) => each === value);
  if (kind !== undefined) return kind;
  throw bad(`manifest: "kind" must be one of ${moduleKinds.join(", ")}, not ${JSON.stringify(value)}`);
}

function readCapabilities(value: unknown): string[] {
  if (Array.isArray(value) && value.every((each) => capabilityNames.includes(each)))
    return [...new Set(value)];
  throw bad(
    `manifest: "capabilities" must be a list of ${capabilityNames.join(", ")}; it is ${JSON.stringify(value)}`,
  );
}
