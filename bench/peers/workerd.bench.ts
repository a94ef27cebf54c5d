import { join } from "node:path";
import { startChild } from "../processes/child.ts";
import type { Bench } from "../harness.ts";
import { payloadBytes } from "../subjects/invoke-subjects.ts";
import { expectPackages, loadPackage, own, versionOf } from "./installed.ts";
import { peerFigure, workers, type Peer } from "./peer-figure.ts";
import { startServer, temporaryFolder } from "./server.ts";
import { installPackages } from "./setup.ts";
import { connections, type WorkerdConfig } from "./workerd.ts";

/** workerd: a function in JavaScript behind HTTP, one process per worker. */
export const peerWorkerd = peerFigure({
  name: "workerd",
  title: "workerd over HTTP",
  setup: installPackages,
  start,
});

/** Servers and client. A process of workerd runs JavaScript on one thread, so that there is one per worker. */
export async function start({ scope }: Bench): Promise<Peer> {
  expectPackages("peers.workerd");
  const { default: command } = loadPackage<{ readonly default: string }>("workerd");
  const folder = await temporaryFolder(scope);
  const config: WorkerdConfig = { paths: [], payloadBytes };
  for (let worker = 0; worker < workers; worker++) {
    const path = join(folder, `${worker}.sock`);
    // It says where it listens on a descriptor of our choice, here its standard output.
    const args = ["serve", own("workerd.capnp"), "--socket-addr", `http=unix:${path}`, "--control-fd=1"];
    await startServer(scope, { command, args, readyLine: '"event":"listen"' });
    config.paths.push(path);
  }
  return {
    client: await startChild(scope, "peers/workerd-client.ts", config),
    settings: {
      workerd: versionOf("workerd"),
      undici: versionOf("undici"),
      client: `undici, ${connections} keep-alive connections to each process, Unix sockets`,
    },
  };
}
