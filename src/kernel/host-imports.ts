import type { FunctionType } from "./value-type.ts";

/** An import that the fabric offers to kernels. */
export interface HostImport {
  readonly type: FunctionType;
  /** It changes or reads something outside the instance: a kernel that uses it is not pure. */
  readonly effects: boolean;
  /** What the manifest must list before a kernel may use it; undefined: anybody may. */
  readonly capability: string | undefined;
}

/** The module that kernels import from. */
export const hostModule = "heddle";

const codeOrLevelAndText: FunctionType = { parameters: ["i32", "i32", "i32"], results: [] };

/** Every import of ABI 1 by name. A later one is a row here and a method where instances are made. */
export const hostImports: ReadonlyMap<string, HostImport> = new Map([
  ["fail", { type: codeOrLevelAndText, effects: false, capability: undefined }],
  ["log", { type: codeOrLevelAndText, effects: false, capability: undefined }],
]);

/** Levels of `log`, by their number. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Marks in the code of `fail` that say who calls it: kernels' own calls carry none. */
export const FailMark = {
  /** The decoder that was generated into the kernel: BAD_PAYLOAD. */
  DECODER: 0x100,
  /** The allocator that was linked into the kernel: MEMORY_LIMIT. */
  ARENA: 0x200,
} as const;

/**
 * The level with which a kernel says why it is about to trap: AssemblyScript's `abort`, as it is linked into kernels.
 * The text is what it says, and after the last line break where.
 */
export const abortLevel = 0x103;

/** What the host gives to a running instance. */
export interface HostSinks {
  /** Takes a line of the kernel's log. */
  log(level: LogLevel, text: string): void;
}
