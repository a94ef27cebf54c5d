/**
 * The load generator h2load (Debian package nghttp2-client) as a client of unary gRPC methods. It is written in C and
 * leaves nearly all of the machine to the servers. A run makes an exact number of calls with one and the same message.
 *
 * It does not read trailers. What shows that a call succeeded is its message: a gRPC call that fails sends none, so
 * the bytes of all messages must add up to exactly those of as many right replies.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What to call, and how. */
export interface H2loadCalls {
  /** `host:port` of a server without TLS. */
  readonly address: string;
  /** `/package.Service/Method` */
  readonly path: string;
  /** File with the request message and the five bytes that precede it. */
  readonly file: string;
  /** Calls to make. */
  readonly calls: number;
  readonly connections: number;
  /** Calls in flight on each connection. */
  readonly streams: number;
}

/** What a run gave. */
export interface H2loadRun {
  readonly elapsedMs: number;
  /** Calls that were answered with HTTP status 2xx, which is all that reach gRPC. */
  readonly answered: number;
  /** Bytes of all reply messages, with the five that precede each. */
  readonly replyBytes: number;
}

const run = promisify(execFile);
const timeoutMs = 60_000;
const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

/** The version of the program; undefined where it is not installed. */
export async function h2loadVersion(): Promise<string | undefined> {
  const said = await run("h2load", ["--version"]).catch(() => undefined); // not there
  return said?.stdout.split("/").at(-1)?.trim();
}

/** Makes the calls. */
export async function runH2load(options: H2loadCalls): Promise<H2loadRun> {
  const { address, path, file, calls, connections, streams } = options;
  const args = ["-n", String(calls), "-c", String(connections), "-m", String(streams), "-d", file];
  args.push("-H", "content-type: application/grpc", "-H", "te: trailers", `http://${address}${path}`);
  const { stdout } = await run("h2load", args, { timeout: timeoutMs });
  return readH2load(stdout);
}

/** Reads what the program prints. Throws for anything else. */
export function readH2load(text: string): H2loadRun {
  const elapsed = found(text, /^finished in ([0-9.]+)(us|ms|s),/m);
  return {
    elapsedMs: Number(elapsed[1]) * (unitMs[elapsed[2] ?? ""] ?? Number.NaN),
    answered: Number(found(text, /^status codes: ([0-9]+) 2xx,/m)[1]),
    replyBytes: Number(found(text, /\(([0-9]+)\) data$/m)[1]),
  };
}

function found(text: string, pattern: RegExp): RegExpExecArray {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`h2load printed nothing like ${pattern}:\n${text}`);
  return match;
}
