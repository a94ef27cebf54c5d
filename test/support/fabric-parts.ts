/** `heddle scheduler` and `heddle node` apart, for tests that end one of them while the others live. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { processesWith, readyLine, type ReadyLine } from "./cluster.ts";
import { startHeddle, type HeddleProcess } from "./heddle-process.ts";

/** A place where the parts of one fabric can be started; all that was started ends with the test. */
export interface FabricParts {
  /** `host:port` of the scheduler, reserved before it runs. */
  readonly address: string;
  readonly secret: string;
  /** Starts the scheduler on the address and its data folder; resolves when it is ready. */
  startScheduler(): Promise<HeddleProcess & ReadyLine>;
  /** Starts a node with an id; resolves when it listens, whether there is a scheduler or not. */
  startNode(id: string, options?: NodeOptions): Promise<HeddleProcess>;
}

/** How a node differs from the others. */
export interface NodeOptions {
  /** The secret it says it knows. */
  readonly secret?: string;
  /** Its data folder, from the temporary one; by default its id. */
  readonly data?: string;
}

/** A folder, a port and a secret for one fabric. */
export async function fabricParts(): Promise<FabricParts> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-parts-"));
  const secret = randomBytes(32).toString("hex");
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const started: HeddleProcess[] = [];
  const start = (args: readonly string[], env = {}): HeddleProcess => {
    const process = startHeddle([...args, "--json"], { env, folder });
    started.push(process);
    return process;
  };
  writeSecret(folder, secret);
  onTestFinished(async () => {
    for (const process of started) process.kill("SIGTERM");
    await Promise.all(started.map((process) => process.closed));
    rmSync(folder, { recursive: true, force: true });
    const left = processesWith(folder);
    if (left.length > 0) throw new Error(`still alive: ${left.join("; ")}`);
  });
  return {
    address,
    secret,
    async startScheduler() {
      const data = join(folder, "scheduler");
      const process = start(["scheduler", "--port", String(port), "--http-port", "0", "--data", data]);
      return { ...process, ...(await readyLine(process)) };
    },
    async startNode(id, options = {}) {
      const data = join(folder, options.data ?? id);
      const args = ["node", "--scheduler", address, "--data", data, "--id", id, "--workers", "1"];
      const process = start(args, { HEDDLE_SECRET: options.secret ?? secret });
      await process.lines.next();
      return process;
    },
  };
}

/** What the scheduler would make up for itself. */
function writeSecret(folder: string, secret: string): void {
  const file = join(folder, "scheduler", "secret");
  mkdirSync(join(folder, "scheduler"), { mode: 0o700 });
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
