/** `fabric.map` as a subject, and what figures about it have in common. */
import { startChild } from "../processes/child.ts";
import { expectExecutions } from "./executions.ts";
import { deployFixture, sharedFabric } from "./fabric.ts";
import { median, ratioOfPairs, type Bench, type Details, type Outcome, type Subject } from "../harness.ts";
import { payloadBytes, rateOf } from "./invoke-subjects.ts";
import { stuckMs, type Pace } from "../load/load.ts";
import type { StampConfig } from "../load/stamp.ts";

/** A map as a subject, and the proof of its items. */
export interface MapSubject extends Subject<Pace> {
  /** Throws unless every item that came back was one execution on a node. */
  checkExecutions(): Promise<void>;
}

/** `fabric.map` through a scheduler process and a node process with one worker thread, as in the figures of invoke. */
export async function startMapSubject({ scope, shared }: Bench): Promise<MapSubject> {
  const running = await sharedFabric(shared, { nodes: 1, workers: 1 });
  await deployFixture(running, "fresh");
  const config: StampConfig = { address: running.address, payloadBytes };
  const client = await startChild(scope, "load/map-client.ts", config);
  const before = await running.executedBefore;
  let items = 0;
  return {
    name: "Heddle map",
    async measure(durationMs) {
      const round = (await client.request({ durationMs }, durationMs + stuckMs)) as Pace; // answered by map-client.ts
      items += round.calls;
      return round;
    },
    checkExecutions: () => expectExecutions(running.fabric, items, before),
  };
}

/** The outcome of a comparison by rates: of Heddle with the best of the others. */
export function compareRates(
  heddle: Subject<Pace>,
  own: readonly Pace[],
  others: readonly Subject<Pace>[],
  samples: readonly (readonly Pace[])[],
): Outcome {
  const rates = samples.map((rounds) => rounds.map(rateOf));
  const best = rates.reduce((first, second) => (median(second) > median(first) ? second : first));
  const ownRates = own.map(rateOf);
  return {
    value: median(ownRates),
    baseline: median(best),
    ratio: ratioOfPairs(ownRates, best),
    details: rateDetails([...others, heddle], [...rates, ownRates]),
  };
}

/** The median rate of each subject. */
function rateDetails(subjects: readonly Subject<Pace>[], rates: readonly (readonly number[])[]): Details {
  const rows = subjects.map(({ name }, index) => [name, Math.round(median(rates[index] ?? []))]);
  return { headers: ["subject", "calls/s"], rows };
}
