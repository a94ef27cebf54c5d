import { startChild } from "../processes/child.ts";
import type { Bench } from "../harness.ts";
import { payloadBytes } from "../subjects/invoke-subjects.ts";
import { expectPackages, programOf, programVersion, versionOf } from "./installed.ts";
import type { NatsConfig } from "./nats.ts";
import { peerFigure, workers, type Peer } from "./peer-figure.ts";
import { startServer } from "./server.ts";
import { installNatsServer, installPackages } from "./setup.ts";

/** NATS request-reply: a server in the middle, workers that share a subject by a queue group. */
export const peerNats = peerFigure({
  name: "nats",
  title: "NATS request-reply",
  async setup(note) {
    await installPackages(note);
    await installNatsServer(note);
  },
  start,
});

/** Server, workers and client. */
export async function start({ scope }: Bench): Promise<Peer> {
  expectPackages("peers.nats");
  const command = programOf("peers.nats", "nats-server");
  const args = ["--addr", "127.0.0.1", "--port", "-1"]; // any free port
  const readyLine = "Listening for client connections on (.*)$";
  const address = await startServer(scope, { command, args, readyLine });
  const config: NatsConfig = { address, payloadBytes };
  for (let worker = 0; worker < workers; worker++) await startChild(scope, "peers/nats-worker.ts", config);
  return {
    client: await startChild(scope, "peers/nats-client.ts", config),
    settings: {
      "nats-server": programVersion(command),
      "@nats-io/transport-node": versionOf("@nats-io/transport-node"),
    },
  };
}
