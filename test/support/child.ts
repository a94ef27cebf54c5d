import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** Another process that runs a file of this folder. */
export interface Child {
  readonly pid: number;
  /** What it writes to stdout, line by line, up to the last whole line. */
  readonly lines: AsyncIterableIterator<string>;
  /** Resolves when the process has ended and all it wrote was read. */
  readonly closed: Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts `test/support/<name>.ts` with arguments; it is killed when the test has finished. */
export function startChild(name: string, ...args: string[]): Child {
  const file = new URL(`./${name}.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close").then(() => undefined);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
  });
  return {
    pid: child.pid ?? Number.NaN,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    closed,
    kill: (signal) => void child.kill(signal),
  };
}
