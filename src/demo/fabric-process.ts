/** The fabric of the demonstration: `heddle up` as a process of its own, ended with this one. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../base/error.ts";

const program = fileURLToPath(new URL("../../bin/heddle.js", import.meta.url));

/** What `heddle up --json` says when it is ready. */
export interface FabricReady {
  readonly grpc: string;
  readonly http: string;
  readonly nodes: readonly { readonly id: string; readonly pid: number; readonly address: string }[];
}

/** A running fabric. */
export interface FabricProcess {
  readonly ready: FabricReady;
  /** Resolves with a sentence when the process has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts `heddle up`; resolves when all its nodes have joined. */
export async function startFabric(
  nodes: number,
  ports: readonly [number, number],
  data: string,
): Promise<FabricProcess> {
  const [port, httpPort] = ports;
  const argv = ["up", "--json", "--no-restart", "--nodes", String(nodes), "--data", data];
  argv.push("--port", String(port), "--http-port", String(httpPort));
  const child = spawn(process.execPath, [program, ...argv], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    env: { ...process.env, HEDDLE_PARENT_FD: "3" },
    detached: true,
  });
  child.stdio[3]?.on("error", () => {}); // nothing is sent there; its end tells the child that we are gone
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(`heddle up ended (${signal ?? `exit code ${code}`})`));
    child.once("error", (error) => resolve(`heddle up cannot be started: ${error.message}`));
  });
  const ready = await Promise.race([firstLine(child), ended]);
  if (typeof ready === "string") throw new HeddleError("INTERNAL", ready);
  return {
    ready,
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<FabricReady> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout as Readable }); // its stdio is a pipe
    lines.once("line", (line) => resolve(JSON.parse(line) as FabricReady)); // documented output of our own command
  });
}
