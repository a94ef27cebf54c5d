/**
 * Follows a page of the documentation as a reader does who has nothing else: in an empty folder with the package
 * installed, it writes the page's files, types its commands in order, and compares what they print with what the page
 * shows.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { grpcurl } from "./grpcurl.ts";
import { comparable, pageSteps, type PageStep } from "./page.ts";
import { prerequisite } from "./prerequisite.ts";
import { repository, textOf } from "./source-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { Terminal, type } from "./terminal.ts";

/** How to follow a page. */
export interface PageOptions {
  /** The fabric that the page finds at 127.0.0.1:7070 and 7071. Default: the page starts one itself, on any free ports. */
  readonly fabric?: { readonly grpc: string; readonly http: string };
  /** Languages whose blocks only illustrate, like `text`. Default none: a block that is not run is an error. */
  readonly shown?: readonly string[];
  /** Folders of the repository that the reader has in the working folder. Default none. */
  readonly folders?: readonly string[];
}

const curl = prerequisite({ program: "curl", advice: "apt-get install curl" });

/** False where a program is missing that the pages call, which has been said: meant for `it.skipIf(!pagesCanRun)`. */
export const pagesCanRun: boolean = curl !== undefined && grpcurl !== undefined;

/** How long a terminal may take to print what the page shows. */
const patienceMs = 30_000;

/** Follows a page to its end; each output that differs is a failure of its own. Gives how many were compared. */
export async function followPage(path: string, options: PageOptions = {}): Promise<number> {
  const { fabric = await freeAddresses(), shown = [], folders = [] } = options;
  const reader = new Reader(fabric);
  onTestFinished(() => reader.leave());
  for (const folder of folders) symlinkSync(join(repository, folder), join(reader.folder, folder));
  let compared = 0;
  for (const step of pageSteps(textOf(path), shown)) {
    const printed = await reader.perform(step);
    if (step.kind === "file") continue;
    compared++;
    expect.soft(comparable(step, printed), `${path}:${step.line}`).toBe(comparable(step, step.output));
  }
  return compared;
}

/** Somebody with a folder and terminals. */
class Reader {
  /** Where commands run: `cd` leads to others. */
  folder = temporaryFolder();
  readonly #fabric: { readonly grpc: string; readonly http: string };
  readonly #terminals = new Map<string, Terminal>();

  constructor(fabric: { readonly grpc: string; readonly http: string }) {
    this.#fabric = fabric;
    // What `npm install` of the package does on the reader's machine.
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(repository, join(this.folder, "node_modules", "heddle"));
  }

  /** Gives what was printed where the page shows an output. */
  async perform(step: PageStep): Promise<string> {
    const path = [process.env["PATH"], dirname(grpcurl ?? ""), dirname(curl ?? "")].join(delimiter);
    const env = { HEDDLE_ADDRESS: this.#fabric.grpc, NO_COLOR: "1", PATH: path };
    const options = { folder: this.folder, env };
    switch (step.kind) {
      case "file":
        mkdirSync(dirname(join(this.folder, step.name)), { recursive: true });
        writeFileSync(join(this.folder, step.name), this.#here(step.text));
        return "";
      case "command": {
        const [, into] = /^cd (\S+)$/.exec(step.command) ?? [];
        if (into !== undefined) this.folder = join(this.folder, into);
        return into === undefined ? type(this.#here(step.command), options) : "";
      }
      case "open":
        this.#terminals.set(step.terminal, new Terminal(this.#here(step.command), options));
        return this.#read(step);
      case "read":
        return this.#read(step);
      default:
        step satisfies never;
        return "";
    }
  }

  /** Closes the terminals. */
  async leave(): Promise<void> {
    for (const terminal of this.#terminals.values()) await terminal.close();
  }

  /** The page's addresses are those of a fabric at home; here they are others. */
  #here(text: string): string {
    const { grpc, http } = this.#fabric;
    const ports = `--port ${grpc.replace(/.*:/, "")} --http-port ${http.replace(/.*:/, "")}`;
    return text
      .replaceAll("127.0.0.1:7070", grpc)
      .replaceAll("127.0.0.1:7071", http)
      .replace(/^npx heddle up\b/, `npx heddle up ${ports}`);
  }

  /** Waits until a terminal has printed what is shown, and gives all that came up to its end. */
  async #read(step: Extract<PageStep, { kind: "open" | "read" }>): Promise<string> {
    const terminal = this.#terminals.get(step.terminal);
    if (terminal === undefined) throw new Error(`no terminal "${step.terminal}" is open`);
    const wanted = comparable(step, step.output);
    const until = (output: string): number => {
      for (let end = output.indexOf("\n"); end >= 0; end = output.indexOf("\n", end + 1)) {
        if (comparable(step, output.slice(0, end)) === wanted) return end + 1;
      }
      return -1;
    };
    return terminal.read(until, AbortSignal.timeout(patienceMs));
  }
}

async function freeAddresses(): Promise<{ grpc: string; http: string }> {
  return { grpc: `127.0.0.1:${await freePort()}`, http: `127.0.0.1:${await freePort()}` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
