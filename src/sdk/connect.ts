import { limits } from "../base/limits.ts";
import { Connection } from "./connection.ts";
import { Fabric } from "./fabric.ts";
import type { ConnectOptions } from "./options.ts";

/**
 * Connects to a fabric's gateway, `host:port` or `unix:/path`. Rejects with UNREACHABLE when nothing answers there and
 * with VERSION_SKEW when the gateway is too old or too new.
 */
export async function connect(address: string, options: ConnectOptions = {}): Promise<Fabric> {
  const connection = new Connection({
    address,
    connectTimeoutMs: options.connectTimeoutMs ?? limits.connectTimeoutMs,
    reconnectMs: options.reconnectMs ?? limits.reconnectWindowMs,
    principal: options.principal ?? "",
  });
  await connection.open();
  return new Fabric(address, connection);
}
