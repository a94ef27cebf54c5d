import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { Connection } from "./connection.ts";
import { Fabric } from "./fabric.ts";
import type { ConnectOptions } from "./options.ts";

/**
 * Connects to a fabric's gateway, `host:port` or `unix:/path`. Rejects with UNREACHABLE when nothing answers there and
 * with VERSION_SKEW when the gateway is too old or too new; with BAD_REQUEST for an option that makes no sense.
 */
export async function connect(address: string, options: ConnectOptions = {}): Promise<Fabric> {
  const connection = new Connection({
    address,
    connectTimeoutMs: waitMs("connectTimeoutMs", options.connectTimeoutMs, limits.connectTimeoutMs),
    reconnectMs: waitMs("reconnectMs", options.reconnectMs, limits.reconnectWindowMs),
    principal: options.principal ?? "",
  });
  await connection.open();
  return new Fabric(address, connection);
}

/** The longest wait a timer takes, almost 25 days; a longer one would fire at once. */
const timerMaxMs = 2 ** 31 - 1;

function waitMs(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= 0) return Math.min(value, timerMaxMs);
  throw new HeddleError("BAD_REQUEST", `option "${name}" must be 0 or more, not ${value}`);
}
