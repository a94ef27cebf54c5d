/** Servers that are programs of somebody else's. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../processes/child.ts";

/** How a server is started. */
export interface ServerConfig {
  readonly command: string;
  readonly args: readonly string[];
  /** A regular expression for the line that says it is ready; its first group is what the caller wants to know. */
  readonly readyLine: string;
}

/** Starts a server, gives what the first group of its ready line caught. It ends with the scope. */
export async function startServer(scope: AsyncDisposableStack, config: ServerConfig): Promise<string> {
  const keeper = await startChild(scope, "peers/server-keeper.ts", config);
  return keeper.ready as string; // said by server-keeper.ts
}

/** A folder for a server's files and sockets, which goes with the scope. */
export async function temporaryFolder(scope: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-peer-"));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
