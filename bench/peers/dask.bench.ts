import type { Bench } from "../harness.ts";
import { payloadBytes } from "../subjects/invoke-subjects.ts";
import { programVersion, pythonOf, requirementOf } from "./installed.ts";
import { peerFigure, workers, type Peer } from "./peer-figure.ts";
import { startPython } from "./python-child.ts";
import { temporaryFolder } from "./server.ts";
import { installPython } from "./setup.ts";

/** Dask: two actors, called from Python. */
export const peerDask = peerFigure({
  name: "dask",
  title: "Dask actors",
  setup: (note) => installPython("dask", note),
  start,
});

/** Cluster and client. */
export async function start({ scope }: Bench): Promise<Peer> {
  const python = pythonOf("dask");
  const folder = await temporaryFolder(scope);
  const { ready: address } = await startPython(scope, python, "dask_cluster.py", { folder, workers });
  const config = { address, payloadBytes, workers };
  const client = await startPython(scope, python, "dask_client.py", config);
  return {
    client,
    bulk: { name: "actors, 4,000 items a call, joined", client },
    settings: {
      pairing: "actor.method in two waves, result of each; direct_to_workers",
      distributed: requirementOf("dask", "distributed"),
      python: programVersion(python),
    },
  };
}
