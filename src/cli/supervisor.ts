/**
 * Node processes under `heddle up`: started, started again with back-off after a crash, stopped in order. Each holds
 * one end of a pipe whose other end is here, so that it ends when this process does, however that comes about.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

const program = fileURLToPath(new URL("../../bin/heddle.js", import.meta.url));

/** What a node says when it is ready. */
export interface NodeReady {
  readonly id: string;
  readonly pid: number;
  readonly address: string;
}

export interface SupervisorOptions {
  /** Start a node again when it ends by itself. */
  readonly restart: boolean;
  /** A remark for people. */
  note(text: string): void;
}

interface Supervised {
  readonly argv: readonly string[];
  readonly id: string;
  state:
    | { readonly kind: "running"; readonly child: ChildProcess }
    | { readonly kind: "waiting"; readonly timer: NodeJS.Timeout }
    | { readonly kind: "ended" };
  crashes: number;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #nodes: Supervised[] = [];
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Starts `heddle node` with these arguments; resolves when it listens. Rejects when it ends before that. */
  start(id: string, argv: readonly string[]): Promise<NodeReady> {
    const node: Supervised = { argv, id, state: { kind: "ended" }, crashes: 0 };
    this.#nodes.push(node);
    return this.#spawn(node);
  }

  /** Ends all nodes in order, and by force those that take too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#nodes.map((node) => this.#end(node)));
  }

  #spawn(node: Supervised): Promise<NodeReady> {
    const child = spawn(process.execPath, [program, "node", "--json", ...node.argv], {
      stdio: ["ignore", "pipe", "inherit", "pipe"],
      env: { ...process.env, HEDDLE_PARENT_FD: "3" },
      detached: true,
    });
    // Nothing is ever read from the fourth descriptor; an error on it is the child's end, which "exit" tells.
    child.stdio[3]?.on("error", () => {});
    node.state = { kind: "running", child };
    const startedAt = Date.now();
    child.on("exit", (code, signal) =>
      this.#ended(node, signal ?? `exit code ${code}`, Date.now() - startedAt),
    );
    // A process that cannot be started (the system has no room for it) tells no exit.
    child.on("error", (error) => {
      if (child.pid === undefined) this.#ended(node, `it cannot be started: ${error.message}`, 0);
    });
    return readyOf(child, node.id);
  }

  #ended(node: Supervised, how: string, afterMs: number): void {
    node.state = { kind: "ended" };
    if (this.#stopping) return;
    if (!this.#options.restart) {
      this.#options.note(`heddle up: node ${node.id} ended (${how})`);
      return;
    }
    node.crashes = afterMs > limits.crashForgetMs ? 0 : node.crashes + 1;
    const waitMs = Math.min(limits.restartMaxMs, limits.restartBaseMs * 2 ** node.crashes);
    this.#options.note(`heddle up: node ${node.id} ended (${how}); it starts again in ${waitMs} ms`);
    const timer = setTimeout(() => {
      this.#spawn(node).catch((error: unknown) =>
        this.#options.note(`heddle up: ${HeddleError.from(error).rawMessage}`),
      );
    }, waitMs);
    node.state = { kind: "waiting", timer };
  }

  async #end(node: Supervised): Promise<void> {
    const { state } = node;
    if (state.kind === "waiting") clearTimeout(state.timer);
    if (state.kind !== "running") return;
    const { child } = state;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), limits.stopGraceMs * 2);
    await gone;
    clearTimeout(force);
  }
}

/** The first line a node prints. */
function readyOf(child: ChildProcess, id: string): Promise<NodeReady> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout as Readable }); // its stdio is a pipe
    lines.once("line", (line) => {
      try {
        resolve(JSON.parse(line) as NodeReady); // our own command's documented output
      } catch (cause) {
        reject(
          new HeddleError("INTERNAL", `node ${id} said ${JSON.stringify(line)} where its address was due`, {
            cause,
          }),
        );
      }
    });
    child.once("exit", (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      reject(new HeddleError("INTERNAL", `node ${id} ended before it was ready (${how})`));
    });
    child.once("error", (cause) =>
      reject(new HeddleError("INTERNAL", `node ${id} cannot be started`, { cause })),
    );
  });
}
