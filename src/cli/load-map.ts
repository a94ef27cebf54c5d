import { systemClock } from "../base/clock.ts";
import type { Fabric } from "../sdk/fabric.ts";
import type { LoadOptions } from "./load-loops.ts";
import type { LoadTally } from "./load-tally.ts";

/**
 * Maps a function over one input for a time, as fast as results come. The time of an item counts from when the map takes
 * its input to when its result is handed out, so most of it is waiting behind the items before it.
 */
export async function runMapLoad(
  fabric: Pick<Fabric, "map">,
  fn: string,
  input: object,
  { durationMs, concurrency, signal }: LoadOptions,
  tally: LoadTally,
): Promise<void> {
  const { now } = systemClock;
  const endAt = now() + durationMs;
  const begun = new Map<number, number>();
  let index = 0;
  function* inputs(): Generator<object> {
    while (now() < endAt && !tally.lost && !signal.aborted) {
      begun.set(index++, now());
      yield input;
    }
  }
  try {
    const results = fabric.map(fn, inputs(), { ordered: false, onError: "collect", concurrency, signal });
    for await (const { index: at, error } of results) {
      if (error === undefined) tally.succeed(now() - (begun.get(at) ?? endAt));
      else tally.fail(error);
      begun.delete(at);
    }
  } catch (error) {
    if (!signal.aborted) tally.fail(error);
  } finally {
    tally.close();
  }
}
