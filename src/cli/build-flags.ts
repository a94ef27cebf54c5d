/** The flags of commands that build: each overrides one key of `heddle.json` and of the comment in the source. */
import type { BuildInput, Feature, Runtime, SourceMapPlace } from "../compiler/build-settings.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { UsageError } from "./exit-code.ts";

/** The one of them that matters where versions are compared. */
export const deterministicFlag: Readonly<Record<string, OptionSpec>> = {
  deterministic: {
    type: "flag",
    about: "make all NaNs one where their bits can be seen, for results that are the same everywhere",
  },
};

/** Their definitions. */
export const buildFlags: Readonly<Record<string, OptionSpec>> = {
  runtime: {
    type: "text",
    value: "NAME",
    about: "how memory is managed: stub, minimal or incremental",
    default: "stub",
  },
  "memory-max": {
    type: "text",
    value: "SIZE",
    about: "memory maximum of an instance: 16MiB, or bytes",
    default: "64MiB",
  },
  "time-limit": {
    type: "text",
    value: "TIME",
    about: "longest run of one invocation: 30s, 250ms",
    default: "10s",
  },
  feature: {
    type: "text",
    value: "NAMES",
    about: "more instructions, comma between them: relaxed-simd",
  },
  "source-map": {
    type: "text",
    value: "WHERE",
    about: "where the lines for traps go: module, beside (FILE.wasm.map) or none",
    default: "module",
  },
  ...deterministicFlag,
};

/** The keys that were given. Values are checked where the kernel is built. Throws UsageError. */
export function readBuildFlags(args: Arguments): BuildInput {
  const runtime = args.text("runtime");
  const memory = args.text("memory-max");
  const time = args.text("time-limit");
  const features = args.text("feature");
  const sourceMap = args.text("source-map");
  return {
    ...(runtime === undefined ? {} : { runtime: runtime as Runtime }), // the build checks it, as that of a file
    ...(memory === undefined ? {} : { memoryMaxBytes: amount("memory-max", memory, bytesByUnit, "16MiB") }),
    ...(time === undefined ? {} : { timeLimitMs: amount("time-limit", time, msByUnit, "30s") }),
    ...(features === undefined ? {} : { features: features.split(",") as Feature[] }), // the same
    ...(sourceMap === undefined ? {} : { sourceMap: sourceMap as SourceMapPlace }), // the same
    ...(args.flag("deterministic") ? { deterministic: true } : {}),
  };
}

const bytesByUnit: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KiB: 1024,
  MiB: 1024 * 1024,
  GiB: 1024 * 1024 * 1024,
};
const msByUnit: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1000, min: 60_000 };

function amount(
  flag: string,
  text: string,
  units: Readonly<Record<string, number>>,
  example: string,
): number {
  const [, digits = "", unit = ""] = /^(\d{1,15})\s?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (digits !== "" && factor !== undefined) return Number(digits) * factor;
  const names = Object.keys(units).filter((name) => name !== "");
  throw new UsageError(
    `--${flag} must be a whole number with ${names.join(", ")} or nothing after it, such as ${example}, not "${text}"`,
  );
}
