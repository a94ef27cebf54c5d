import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { mixedValue, startRawDeploy } from "../baselines/raw-deploy.ts";
import { startFabric } from "../subjects/fabric.ts";
import { median, ratioOfPairs, repeatPairs, type Figure } from "../harness.ts";
import { largeFunction, largeKernel, largeModule } from "../modules/large-module.ts";

/**
 * The machine rests before each deploy, so that what one has put off is not paid for by the other; and the suite's own
 * garbage is collected before that, which V8 would otherwise do with both processors in the middle of every other deploy.
 */
const restMs = 300;
const collectGarbage = garbageCollector();

/** Deploys a module and gives the first result of its function. */
type Deploy = (wasm: Uint8Array) => Promise<number>;

/** How long a module takes from its author's disk to its first result. */
export const coldstartDeploy: Figure = {
  name: "coldstart.deploy",
  about: "deploy of a module of 1 MiB to its first result on a node ÷ bare upload + fsync + compile + call",
  unit: "ms",
  target: 1.5,
  better: "lower",
  async run({ scope, plan, note }) {
    const bare = await startRawDeploy(scope);
    const { fabric } = await startFabric(scope, { nodes: 1, workers: 1 });
    const heddle: Deploy = async (wasm) => {
      await fabric.admin.deploy(wasm);
      return fabric.invoke<number>(`${largeKernel}/${largeFunction}`, { param0: mixedValue });
    };
    let seed = 0;
    const pair = async (): Promise<readonly [number, number]> => {
      const wasm = largeModule((seed += 10_000));
      const result = await resultOf(wasm);
      return [await timed(bare, wasm, result), await timed(heddle, wasm, result)];
    };
    note("warming up");
    for (const end = performance.now() + plan.warmUpMs; performance.now() < end;) await pair();
    const [baselines, values] = await repeatPairs({ plan, note }, pair);
    const row = (name: string, times: readonly number[]): readonly string[] => [
      name,
      median(times).toFixed(1),
      Math.min(...times).toFixed(1),
      Math.max(...times).toFixed(1),
    ];
    return {
      value: median(values),
      baseline: median(baselines),
      ratio: ratioOfPairs(values, baselines),
      details: {
        headers: ["subject", "median ms", "least", "most"],
        rows: [row("bare upload, fsync, compile, call", baselines), row("Heddle deploy and invoke", values)],
      },
      settings: { modules: String(values.length) },
    };
  },
};

/** Time of a deploy in ms. Throws when the first result is not that of this very module. */
async function timed(deploy: Deploy, wasm: Uint8Array, expected: number): Promise<number> {
  collectGarbage();
  await wait(restMs);
  const begun = performance.now();
  const result = await deploy(wasm);
  const elapsedMs = performance.now() - begun;
  if (result === expected) return elapsedMs;
  throw new Error(`the first result is ${result}, that of the deployed module is ${expected}`);
}

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void; // what the flag promises
}

/** What the module's function gives here. */
async function resultOf(wasm: Uint8Array<ArrayBuffer>): Promise<number> {
  const instance = new WebAssembly.Instance(await WebAssembly.compile(wasm));
  const mix = instance.exports[largeFunction] as (value: number) => number; // as large-module.ts makes it
  return mix(mixedValue);
}
