/** What kernels logged, for those who run them. */
import type { Client } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { readLogs } from "../rpc/clients.ts";
import type { LogLine__Output } from "../rpc/generated/heddle/v1/LogLine.ts";
import type { LogsRequest } from "../rpc/generated/heddle/v1/LogsRequest.ts";

const levels = ["debug", "info", "warn", "error"] as const;
/** Levels of a line, the lowest first. */
export type LogLevel = (typeof levels)[number];

/** Which lines to read. */
export interface LogsOptions {
  /** Of this kernel only. Default all. */
  readonly kernel?: string;
  /** Of functions of this name only. Default all. */
  readonly function?: string;
  /** Lowest level. Default `debug`, which is all. */
  readonly levelMin?: LogLevel;
  /** How many lines of the past come first. Default 100. */
  readonly last?: number;
  /** Stay, and get lines as they come. Default false. */
  readonly follow?: boolean;
  /** Ends the reading, without an error. */
  readonly signal?: AbortSignal;
}

/** A line that a kernel logged, or the stack of a call that trapped. */
export interface LogLine {
  /** When, in ms since the epoch, by the clock of the node. */
  readonly timeMs: number;
  readonly kernel: string;
  readonly function: string;
  /** The version, 64 hex digits. */
  readonly digest: string;
  readonly node: string;
  readonly level: LogLevel;
  /** As the kernel wrote it, control characters included. */
  readonly text: string;
  /** Id of the call's trace, 32 hex digits; empty if it has none. */
  readonly traceId: string;
  /** Which try of the call; 1 is the first. */
  readonly attempt: number;
  /** Index of the item, in a map. */
  readonly index: number;
}

/** A line, or news about lines. */
export type LogEvent =
  | ({ readonly kind: "line" } & LogLine)
  /** So many lines are missing here, since they were read too slowly. */
  | { readonly kind: "dropped"; readonly count: number }
  /** The past has been told. */
  | { readonly kind: "synced" };

/** Reads lines. Throws BAD_REQUEST, QUEUE_FULL, and CONNECTION_LOST or GATEWAY_STOPPING when the gateway goes. */
export async function* logsOf(channel: Client, options: LogsOptions): AsyncGenerator<LogEvent> {
  for await (const { line, dropped, event } of readLogs(channel, requestOf(options), options.signal)) {
    if (event === "line" && line) yield { kind: "line", ...described(line) };
    else if (event === "dropped") yield { kind: "dropped", count: dropped ?? 0 };
    else if (event === "synced") yield { kind: "synced" };
  }
}

function described(line: LogLine__Output): LogLine {
  return { ...line, level: levels[line.level] ?? "info" };
}

function requestOf(options: LogsOptions): LogsRequest {
  const { kernel = "", function: fn = "", levelMin = "debug", last = 100, follow = false } = options;
  if (!levels.includes(levelMin)) {
    const said = `option "levelMin" must be one of ${levels.join(", ")}, not ${JSON.stringify(levelMin)}`;
    throw new HeddleError("BAD_REQUEST", said);
  }
  if (!Number.isInteger(last) || last < 0 || last > lastMax) {
    throw new HeddleError(
      "BAD_REQUEST",
      `option "last" must be a whole number from 0 to ${lastMax}, not ${last}`,
    );
  }
  return { kernel, function: fn, levelMin: levels.indexOf(levelMin), last, follow };
}

/** More than any gateway keeps. */
const lastMax = 1_000_000;
