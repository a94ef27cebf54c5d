/** The client of `mix.ts`: results come in the order of the inputs, each must be right, and there must be one for each. */
import { connect } from "../../src/index.ts";
import { answerRequests, configOf } from "../processes/child.ts";
import { mixAfter, type MixConfig, type MixMap, type MixRequest, type MixRound } from "./mix.ts";

interface Run {
  ending: "whole" | "early";
  readonly round: Promise<MixRound>;
}

const { address } = configOf<MixConfig>();
const fabric = await connect(address);
let run: Run | undefined;

answerRequests("ready", (message) => {
  const request = message as MixRequest; // sent by mix.ts
  return request.kind === "begin" ? begin(request) : end(request.early);
});

function begin(map: MixMap): Promise<void> {
  return new Promise((resolve, reject) => {
    run = { ending: "whole", round: start(map, resolve) };
    run.round.catch(reject); // once it is under way, `end` tells it
  });
}

async function end(early: boolean): Promise<MixRound> {
  if (run === undefined) throw new Error("no map runs");
  if (early) run.ending = "early";
  return run.round;
}

async function start({ steps, items = Infinity, underWay = 1 }: MixMap, told: () => void): Promise<MixRound> {
  const begun = performance.now();
  const expected = mixAfter(steps);
  let results = 0;
  for await (const { index, value } of fabric.map<number>("work/mix", inputs(steps, items))) {
    if (index !== results) throw new Error(`expected result ${results}, got result ${index}`);
    if (value !== expected(index)) throw new Error(`result ${index} is ${value}, not ${expected(index)}`);
    if (++results === underWay) told();
    if (run?.ending === "early") break;
  }
  if (run?.ending === "whole" && results !== items)
    throw new Error(`${items} inputs gave ${results} results`);
  return { items: results, elapsedMs: performance.now() - begun, endedAt: Date.now() };
}

function* inputs(rounds: number, items: number): Generator<{ seed: number; rounds: number }> {
  for (let seed = 0; seed < items; seed++) yield { seed, rounds };
}
