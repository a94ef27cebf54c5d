/** The fabric that `heddle dev` deploys to: the one that runs, or one of its own, which ends with it. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { connect } from "../sdk/connect.ts";
import type { Fabric } from "../sdk/fabric.ts";
import { fabricAddress } from "./client.ts";
import type { CommandContext } from "./command.ts";

const program = fileURLToPath(new URL("../../bin/heddle.js", import.meta.url));

/** A fabric to deploy to. */
export interface DevFabric {
  readonly fabric: Fabric;
  /** Address of its HTTP port, when it is known. */
  readonly http: string;
  /** It was started for this. */
  readonly own: boolean;
  stop(): Promise<void>;
}

/**
 * Connects to the fabric that the command line names. When it names none and none runs at the usual place, or it
 * names a port, one is started. Rejects with UNREACHABLE for one that was named, and with INTERNAL when none can be started.
 */
export async function openDevFabric(context: CommandContext): Promise<DevFabric> {
  const { args, env } = context;
  const isNamed = args.text("address") !== undefined || env["HEDDLE_ADDRESS"] !== undefined;
  if (args.text("port") !== undefined) return startFabric(context);
  try {
    const fabric = await connect(fabricAddress(context));
    return { fabric, http: "", own: false, stop: () => Promise.resolve(fabric.close()) };
  } catch (error) {
    if (isNamed || HeddleError.from(error).reason !== "UNREACHABLE") throw error;
    return startFabric(context);
  }
}

async function startFabric({ args, env, signal }: CommandContext): Promise<DevFabric> {
  const data = await mkdtemp(join(tmpdir(), "heddle-dev-"));
  const ports = ["--port", args.text("port") ?? "7070", "--http-port", args.text("http-port") ?? "7071"];
  const argv = [program, "up", "--json", "--nodes", "1", "--data", data, ...ports];
  const child = spawn(process.execPath, argv, {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    env: { ...env, HEDDLE_PARENT_FD: "3" },
  });
  child.stdio[3]?.on("error", () => {});
  const stop = async (): Promise<void> => {
    await endChild(child);
    await rm(data, { recursive: true, force: true });
  };
  try {
    const { grpc, http } = await announced(child, signal);
    const fabric = await connect(grpc);
    return {
      fabric,
      http,
      own: true,
      stop: async () => {
        fabric.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function announced(child: ChildProcess, signal: AbortSignal): Promise<{ grpc: string; http: string }> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout as Readable }); // its stdio is a pipe
    lines.once("line", (line) => {
      try {
        resolve(JSON.parse(line) as { grpc: string; http: string }); // our own command's documented output
      } catch (cause) {
        reject(new HeddleError("INTERNAL", `heddle up said ${JSON.stringify(line)}`, { cause }));
      }
    });
    const ended = (how: string): void =>
      reject(new HeddleError("INTERNAL", `no fabric could be started: ${how}`));
    child.once("exit", (code, name) => ended(`heddle up ended (${name ?? `exit code ${code}`})`));
    child.once("error", (error) => ended(error.message));
    signal.addEventListener("abort", () => reject(new HeddleError("CANCELLED", "interrupted")), {
      once: true,
    });
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), limits.stopGraceMs * 3);
  await gone;
  clearTimeout(force);
}
