/** What a command is: a definition from which its help and its parsing follow, and the function that runs it. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { UsageError } from "./exit-code.ts";
import type { Output } from "./output.ts";

/** One `--option`. */
export interface OptionSpec {
  /** `flag` takes no value. */
  readonly type: "text" | "number" | "flag";
  /** One letter: `f` for `-f`. */
  readonly short?: string;
  /** What stands for its value in the help: `PORT`. */
  readonly value?: string;
  readonly about: string;
  /** The default as the help shows it. */
  readonly default?: string;
  /** Not shown in the help: for Heddle's own processes. */
  readonly internal?: boolean;
}

/** A command. */
export interface Command {
  readonly name: string;
  readonly about: string;
  /** The arguments after the options: `FUNCTION [INPUT]`. */
  readonly args: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** A command line that works. */
  readonly example: string;
  /** Gives the exit code. */
  run(context: CommandContext): Promise<number>;
}

/** What a running command has. */
export interface CommandContext {
  readonly args: Arguments;
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts with Ctrl-C or SIGTERM; `reason` is the signal's name. */
  readonly signal: AbortSignal;
}

const common: Readonly<Record<string, OptionSpec>> = {
  json: { type: "flag", about: "print JSON, for scripts" },
  help: { type: "flag", about: "show this help" },
};

const msByUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };
const dayMs = 86_400_000;

/** A parsed command line. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, string | true>;

  constructor(positionals: readonly string[], values: ReadonlyMap<string, string | true>) {
    this.positionals = positionals;
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  /** A whole number in a range. Throws UsageError. */
  whole(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  }

  /** A size in bytes: `512MiB`, `1.5 GB`, `4096`. Throws UsageError. */
  size(name: string, fallback: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const [, number = "", prefix = "", binary = ""] = /^(\d+(?:\.\d+)?) ?([KMGT]?)(i?)B?$/i.exec(text) ?? [];
    // As elsewhere: 1 kB is 1000 bytes, 1 KiB and 1 K are 1024.
    const base = binary === "" && /B$/i.test(text) ? 1000 : 1024;
    const power = prefix === "" ? 0 : 1 + "KMGT".indexOf(prefix.toUpperCase());
    const bytes = Math.round(Number(number) * base ** power);
    if (number !== "" && Number.isSafeInteger(bytes)) return bytes;
    throw new UsageError(`--${name} must be a size such as 512MiB or 2GB, not "${text}"`);
  }

  /** A time in ms: `500ms`, `10s`, `2min`, `250`. Throws UsageError. */
  duration(name: string, fallbackMs: number, minMs: number): number {
    const text = this.text(name);
    if (text === undefined) return fallbackMs;
    const [, number = "", unit = "ms"] = /^(\d+(?:\.\d+)?) ?(ms|s|min)?$/.exec(text) ?? [];
    const ms = Number(number) * (msByUnit[unit] ?? 1);
    if (number !== "" && ms >= minMs && ms <= dayMs) return ms;
    throw new UsageError(`--${name} must be a time such as 500ms, 10s or 2min, not "${text}"`);
  }

  /** The positional at a place. Throws UsageError when it is missing. */
  need(place: number, what: string): string {
    const value = this.positionals[place];
    if (value === undefined) throw new UsageError(`${what} is missing`);
    return value;
  }

  /** Throws UsageError when there are more positionals than that. */
  atMost(count: number): void {
    const extra = this.positionals[count];
    if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`);
  }
}

/** Parses what stands after the command's name. Throws UsageError. */
export function parseCommandLine(command: Command, argv: readonly string[]): Arguments {
  const all = { ...command.options, ...common };
  const config: ParseArgsOptionsConfig = {};
  for (const [name, spec] of Object.entries(all)) {
    const type = spec.type === "flag" ? "boolean" : "string";
    config[name] = spec.short === undefined ? { type } : { type, short: spec.short };
  }
  try {
    const parsed = parseArgs({ args: [...argv], options: config, allowPositionals: true, strict: true });
    const values = new Map<string, string | true>();
    for (const [name, value] of Object.entries(parsed.values)) {
      if (typeof value === "string" || value === true) values.set(name, value);
    }
    return new Arguments(parsed.positionals, values);
  } catch (error) {
    const said = error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error);
    throw new UsageError(said.charAt(0).toLowerCase() + said.slice(1));
  }
}

/** The text of `heddle COMMAND --help`. */
export function helpOf(command: Command): string {
  const shown = Object.entries({ ...command.options, ...common }).filter(
    ([, spec]) => spec.internal !== true,
  );
  const rows = shown.map(([name, spec]) => {
    const names = spec.short === undefined ? `--${name}` : `-${spec.short}, --${name}`;
    const left = spec.type === "flag" ? names : `${names} ${spec.value ?? "VALUE"}`;
    return [
      left,
      spec.default === undefined ? spec.about : `${spec.about} (default ${spec.default})`,
    ] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const options = rows.map(([left, about]) => `  ${left.padEnd(width)}  ${about}`).join("\n");
  const usage = ["heddle", command.name, "[options]", command.args].filter((word) => word !== "").join(" ");
  return `${command.about}\n\nusage: ${usage}\n\noptions:\n${options}\n\nexample:\n  ${command.example}\n`;
}
