/** The load client of `granularity`: maps a kernel that works for a given number of rounds, every result checked. */
import { connect } from "../../src/index.ts";
import { answerRequests, configOf } from "../processes/child.ts";
import type { Pace } from "./load.ts";
import { mixAfter } from "./mix.ts";

/** One map. */
export interface LengthRequest {
  /** Rounds of work in each item. */
  readonly rounds: number;
  /** Inputs come for so long, in ms. */
  readonly durationMs: number;
}

const { address } = configOf<{ readonly address: string }>();
const fabric = await connect(address);
answerRequests("ready", (request) => mapFor(request as LengthRequest)); // sent by granularity.bench.ts

async function mapFor({ rounds, durationMs }: LengthRequest): Promise<Pace> {
  const expected = mixAfter(rounds);
  const begun = performance.now();
  let calls = 0;
  for await (const { index, value } of fabric.map<number>("work/mix", inputs(rounds, begun + durationMs))) {
    if (index !== calls++) throw new Error(`item ${index} came as number ${calls - 1}`);
    if (value !== expected(index)) throw new Error(`wrong reply: item ${index} gave ${value}`);
  }
  return { calls, elapsedMs: performance.now() - begun };
}

function* inputs(
  rounds: number,
  endAt: number,
): Generator<{ readonly seed: number; readonly rounds: number }> {
  let index = 0;
  do {
    yield { seed: index++, rounds };
  } while (index % 16 !== 0 || performance.now() < endAt);
}
