/** Terminals for pages of the documentation: commands that end, and commands that go on printing. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { repository } from "./source-files.ts";

/** Where a page's commands run. */
export interface TerminalOptions {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What `npx heddle` is on the machine of a reader. */
function shellLine(command: string): string {
  const node = JSON.stringify(process.execPath);
  return command
    .replaceAll(/(^|&& |\| )npx heddle /g, `$1${node} ${JSON.stringify(`${repository}/bin/heddle.js`)} `)
    .replaceAll(/(^|&& |\| )node /g, `$1${node} `);
}

function start(command: string, { folder, env }: TerminalOptions): ChildProcess {
  return spawn("bash", ["-c", `exec 2>&1; ${shellLine(command)}`], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true, // a group of its own, which is ended as one
  });
}

/** Runs a command to its end and gives what it printed. */
export async function type(command: string, options: TerminalOptions): Promise<string> {
  const child = start(command, options);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  await once(child, "close");
  return output;
}

/** A command that keeps running. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";
  #ended = false;
  #changed: (() => void)[] = [];

  constructor(command: string, options: TerminalOptions) {
    this.#child = start(command, options);
    this.#closed = once(this.#child, "close").then(() => {
      this.#ended = true;
      this.#wake();
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#output += chunk;
      this.#wake();
    });
  }

  /**
   * Resolves with what stands before and in the output that `until` finds, which is taken off; with all there is when
   * the command ends or the signal aborts first.
   */
  async read(until: (output: string) => number, signal: AbortSignal): Promise<string> {
    for (;;) {
      const end = until(this.#output);
      if (end >= 0 || this.#ended || signal.aborted) {
        const taken = end >= 0 ? end : this.#output.length;
        const text = this.#output.slice(0, taken);
        this.#output = this.#output.slice(taken);
        return text;
      }
      await new Promise<void>((resolve) => {
        this.#changed.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Presses Ctrl-C and waits for the end. */
  async close(): Promise<void> {
    if (!this.#ended && this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGINT");
    await this.#closed;
  }

  #wake(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}
