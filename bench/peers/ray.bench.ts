import type { Bench } from "../harness.ts";
import { payloadBytes } from "../subjects/invoke-subjects.ts";
import { programVersion, pythonOf, requirementOf } from "./installed.ts";
import { peerFigure, workers, type Peer } from "./peer-figure.ts";
import { startPython } from "./python-child.ts";
import { temporaryFolder } from "./server.ts";
import { installPython } from "./setup.ts";

/** Ray: two actors, called from Python. */
export const peerRay = peerFigure({
  name: "ray",
  title: "Ray actors",
  setup: (note) => installPython("ray", note),
  start,
});

/** Cluster and client. */
export async function start({ scope }: Bench): Promise<Peer> {
  const python = pythonOf("ray");
  const folder = await temporaryFolder(scope);
  const client = await startPython(scope, python, "ray_client.py", { folder, payloadBytes, workers });
  return {
    client,
    bulk: { name: "actors, 1,000 items a call", client },
    settings: {
      pairing: "actor.method.remote in two waves, ray.get on each; include_dashboard=False",
      ray: requirementOf("ray", "ray"),
      python: programVersion(python),
    },
  };
}
