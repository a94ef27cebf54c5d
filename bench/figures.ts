import { coldstartDeploy } from "./figures/coldstart-deploy.bench.ts";
import { coldstartNode } from "./figures/coldstart-node.bench.ts";
import { fairnessP99 } from "./figures/fairness-p99.bench.ts";
import { granularity } from "./figures/granularity.bench.ts";
import type { Figure } from "./harness.ts";
import { memoryInstance } from "./figures/memory-instance.bench.ts";
import { resetCost } from "./figures/reset-cost.bench.ts";
import { invokeLatency } from "./figures/invoke-latency.bench.ts";
import { kernelsPlain } from "./figures/kernels-plain.bench.ts";
import { kernelsTuned } from "./figures/kernels-tuned.bench.ts";
import { killOverhead } from "./figures/kill-overhead.bench.ts";
import { payloadBandwidth } from "./figures/payload-bandwidth.bench.ts";
import { scalingNodes } from "./figures/scaling-nodes.bench.ts";
import { invokeThroughput } from "./figures/invoke-throughput.bench.ts";
import { nativeThroughput } from "./figures/native-throughput.bench.ts";
import { tracingCost } from "./figures/tracing-cost.bench.ts";
import { peers } from "./peers/peers.ts";
import { mapThroughput } from "./figures/map-throughput.bench.ts";
import { mapVsPiscina } from "./figures/map-vs-piscina.bench.ts";

/**
 * All figures, in the order in which they are measured. Of those that share a fabric in a quick run, the ones that count
 * executions come first: after the others its counters have to come to rest. Peers are the last,
 * so that it is them that a quick run leaves out on a slow machine.
 */
export const figures: readonly Figure[] = [
  invokeThroughput,
  invokeLatency,
  nativeThroughput,
  mapThroughput,
  mapVsPiscina,
  granularity,
  tracingCost,
  fairnessP99,
  payloadBandwidth,
  killOverhead,
  scalingNodes,
  ...resetCost,
  ...memoryInstance,
  coldstartDeploy,
  coldstartNode,
  kernelsPlain,
  kernelsTuned,
  ...peers,
];

/** The figures with one of these names or below one of them ("invoke" chooses "invoke.latency"); none: all. */
export function chooseFigures(names: readonly string[]): readonly Figure[] {
  if (names.length === 0) return figures;
  const chosen = new Set<Figure>();
  for (const name of names) {
    const found = figures.filter((figure) => figure.name === name || figure.name.startsWith(`${name}.`));
    if (found.length === 0) {
      const known = figures.map((figure) => figure.name).join(", ");
      throw new RangeError(`no figure is named ${JSON.stringify(name)}; there are: ${known}`);
    }
    for (const figure of found) chosen.add(figure);
  }
  return figures.filter((figure) => chosen.has(figure));
}
