/**
 * The `heddle` command as a real process. Each holds one end of a pipe to the test, so that it ends with the test's
 * process, and all of them share a compile cache, without which loading the sources takes most of a short command.
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { vi } from "vitest";
import { cacheFolder } from "./kernels.ts";
import { repository } from "./source-files.ts";

/** How to run it. */
export interface HeddleOptions {
  /** Written to stdin, which is then closed; nothing by default. */
  readonly input?: string;
  /** Variables on top of those of the test; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Its working folder; the repository by default. */
  readonly folder?: string;
  /** The Node that starts bin/heddle.js; that of the test by default. */
  readonly node?: string;
}

/** How a command ended. */
export interface HeddleEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface HeddleProcess {
  readonly pid: number;
  /** Lines of stdout as they come. */
  readonly lines: AsyncIterableIterator<string>;
  /** Lines of stderr as they come. */
  readonly notes: AsyncIterableIterator<string>;
  /**
   * Resolves when it has ended and everybody who had its stdout or stderr has ended too: node processes inherit their
   * parent's stderr, so this is how a test sees the end of processes that are not its own children.
   */
  readonly closed: Promise<HeddleEnd>;
  readonly stdin: ChildProcessWithoutNullStreams["stdin"];
  /** All it has written to stderr so far. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Takes no more of its stdout, as `head` does when it has enough. */
  closeStdout(): void;
}

// A machine that is busy with something else starts processes slowly; the tests wait for events and measure nothing.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const program = join(repository, "bin", "heddle.js");

/** Starts `heddle` with arguments. The caller sees to its end. */
export function startHeddle(args: readonly string[], options: HeddleOptions = {}): HeddleProcess {
  const child = spawn(options.node ?? process.execPath, [program, ...args], {
    cwd: options.folder ?? repository,
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: cacheFolder("compile"),
      HEDDLE_ADDRESS: undefined,
      HEDDLE_PARENT_FD: "3",
      ...options.env,
    },
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  // Whoever ends a command early breaks its pipes; its end is what the test looks at.
  for (const pipe of child.stdio) pipe?.on("error", () => {});
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, "close").then(([code, signal]) => ({
    code: code as number | null, // as Node documents the event
    signal: signal as NodeJS.Signals | null, // as above
    stdout,
    stderr,
  }));
  if (options.input !== undefined) child.stdin.end(options.input);
  return {
    pid: child.pid ?? Number.NaN,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    notes: createInterface({ input: child.stderr })[Symbol.asyncIterator](),
    closed,
    stdin: child.stdin,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout.destroy(),
  };
}

/** Runs `heddle` to its end. */
export function heddle(args: readonly string[], options: HeddleOptions = {}): Promise<HeddleEnd> {
  return startHeddle(args, { input: "", ...options }).closed;
}

/** The first line that matches, with those before it dropped. Throws when the lines end before. */
export async function lineMatching(lines: AsyncIterableIterator<string>, pattern: RegExp): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the lines ended before one matched ${pattern}`);
    if (pattern.test(value)) return value;
  }
}
