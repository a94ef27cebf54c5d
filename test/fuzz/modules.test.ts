/**
 * Modules made by chance, deployed to a fabric of processes: those that are valid are admitted and give what
 * WebAssembly alone gives; all others are refused with a reason; calls of another kernel go on beside them. The seed
 * is in the name of the tests; HEDDLE_SEED repeats a run.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { reasons } from "../../src/base/reason.ts";
import { HeddleError } from "../../src/index.ts";
import type { DeployOptions } from "../../src/sdk/admin.ts";
import { readKernelSchema } from "../../src/wire/schema.ts";
import { bareCall, bareCommand, bareTyped } from "../support/bare-run.ts";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { keepCalling } from "../support/good-calls.ts";
import { endlessStart, refusedAtStart, refusedModules } from "../support/hostile-modules.ts";
import { Dice, type NumberType } from "../support/dice.ts";
import { randomCommand, randomTypedModule } from "../support/random-kinds.ts";
import { randomRawModule } from "../support/random-module.ts";
import { testSeed } from "../support/seed.ts";

const counts = { raw: 75, typed: 25, command: 25, truncated: 25, flipped: 25 } as const;
const hostile = [
  ...refusedModules,
  ...refusedAtStart,
  { title: "endless start", bytes: endlessStart, reason: "START_TIMEOUT" },
];
/** What those add up to with the hostile ones that are written by hand. */
const leastVariations = 200;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, kernels: ["work"] });
  return () => cluster.stop();
});

function diceOf(what: keyof typeof counts): Dice {
  return new Dice(createSeededRandom(testSeed + what.length * 7919));
}

/** Does something for each of a number of modules, three at a time, while good calls go on. */
async function forEach(count: number, one: (index: number) => Promise<void>): Promise<void> {
  await keepCalling(cluster.fabric, 1);
  const indices = Array.from({ length: count }, (_, index) => index).values();
  const take = async (): Promise<void> => {
    for (const index of indices) await one(index);
  };
  await Promise.all([take(), take(), take()]);
}

/** The reason of a refusal, which must be one that a module can be refused with; undefined when it was admitted. */
async function refusalOf(bytes: Uint8Array, options: DeployOptions = {}): Promise<string | undefined> {
  try {
    await cluster.fabric.admin.deploy(bytes, { breaking: true, ...options });
    return undefined;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    expect(Object.keys(reasons)).toContain(error.reason);
    expect(error.reason).not.toMatch(/INTERNAL|PROTOCOL|UNREACHABLE|CONNECTION_LOST/);
    expect(error.rawMessage.length).toBeGreaterThan(10);
    return error.reason;
  }
}

/** What a call gave, or undefined when it trapped. */
async function callOf(fn: string, request: object): Promise<unknown> {
  try {
    return await cluster.fabric.invoke(fn, request);
  } catch (error) {
    if (error instanceof HeddleError && error.reason === "KERNEL_TRAP") return undefined;
    throw error;
  }
}

function argumentOf(dice: Dice, type: NumberType): number | bigint {
  switch (type) {
    case "i32":
      return dice.of([0, 1, -1, 2 ** 31 - 1, -(2 ** 31), dice.below(1000)]);
    case "i64":
      return dice.of([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(dice.below(1e9))]);
    case "f32":
      return Math.fround(dice.of([0, -0, 1.5, -1e30, Infinity, dice.below(1000) / 7]));
    case "f64":
      return dice.of([0, -0, 0.1, -1e300, -Infinity, dice.below(1000) / 7]);
  }
}

describe(`modules made by chance, seed ${testSeed}`, () => {
  it("are two hundred at least, and half of them valid by construction", () => {
    const valid = counts.raw + counts.typed + counts.command;
    const all = valid + counts.truncated + counts.flipped + hostile.length;
    expect(all).toBeGreaterThanOrEqual(leastVariations);
    expect(2 * valid).toBeGreaterThanOrEqual(all);
  });

  it("of numbers give what WebAssembly alone gives", async () => {
    const dice = diceOf("raw");
    const modules = Array.from({ length: counts.raw }, () => randomRawModule(dice));
    let trapped = 0;
    await forEach(counts.raw, async (index) => {
      const { bytes, functions } = modules[index] ?? randomRawModule(dice);
      const args = functions.map(({ signature }) =>
        signature.parameters.map((type) => argumentOf(dice, type)),
      );
      const name = `raw_${index}`;
      const module = new WebAssembly.Module(bytes);
      const starts = canStart(module);
      expect(await refusalOf(bytes, { name, raw: true })).toBe(starts ? undefined : "BAD_MODULE");
      if (!starts) return;
      const schema = readKernelSchema((await cluster.fabric.admin.kernel(name)).descriptorSet);
      for (const [at, fn] of functions.entries()) {
        const given = args[at] ?? [];
        const wanted = bareCall(module, fn.name, given);
        const fields = schema.functions.find((each) => each.name === fn.name)?.request.fields ?? [];
        const request = Object.fromEntries(fields.map(({ jsonName }, place) => [jsonName, given[place]]));
        const expected = wanted && resultOf(wanted);
        // Twice: the second call finds the state of a new instance as well.
        for (let round = 0; round < 2; round++) {
          const found = await callOf(`${name}/${fn.name}`, request);
          expect(wanted === undefined ? found : { found }).toEqual(wanted && { found: expected });
        }
        if (wanted === undefined) trapped++;
      }
      await cluster.fabric.admin.remove(name);
    });
    expect(trapped).toBeGreaterThan(0);
  }, 120_000);

  it("of messages give what WebAssembly alone gives", async () => {
    const dice = diceOf("typed");
    await keepCalling(cluster.fabric, 1);
    for (let index = 0; index < counts.typed; index++) {
      const bytes = randomTypedModule(dice);
      const payload = Uint8Array.from({ length: 1 + dice.below(100) }, () => dice.below(256));
      const wanted = bareTyped(
        new WebAssembly.Module(bytes),
        "echo",
        Uint8Array.of(10, payload.length, ...payload),
      );
      expect(await refusalOf(bytes)).toBe(undefined);
      for (let round = 0; round < 2; round++) {
        const found = await cluster.fabric.invoke("probe/echo", { value: payload }).catch(reasonOf);
        expect(found).toEqual(wanted === undefined ? "KERNEL_TRAP" : wanted.slice(2));
      }
    }
  }, 120_000);

  it("of commands give what WebAssembly alone gives", async () => {
    const dice = diceOf("command");
    const commands = Array.from({ length: counts.command }, () => {
      const stdin = Uint8Array.from({ length: dice.below(500) }, () => dice.below(256));
      return { bytes: randomCommand(dice), stdin };
    });
    await forEach(counts.command, async (index) => {
      const { bytes, stdin } = commands[index] ?? { bytes: randomCommand(dice), stdin: new Uint8Array(0) };
      const name = `command_${index}`;
      const wanted = bareCommand(new WebAssembly.Module(bytes), stdin);
      expect(await refusalOf(bytes, { name })).toBe(undefined);
      const found = await callOf(`${name}/run`, { stdin });
      if (wanted === undefined) expect(found).toBe(undefined);
      else {
        const { stdout, stderr, exitCode } = wanted;
        expect(found).toEqual({ stdout: Uint8Array.from(stdout), stderr: Uint8Array.from(stderr), exitCode });
      }
      await cluster.fabric.admin.remove(name);
    });
  }, 120_000);

  it("are refused with a reason when they are hostile", async () => {
    await forEach(hostile.length, async (index) => {
      const row = hostile[index];
      if (row !== undefined) expect([row.title, await refusalOf(row.bytes)]).toEqual([row.title, row.reason]);
    });
  }, 120_000);

  it("are refused with a reason when they are cut", async () => {
    const dice = diceOf("truncated");
    const modules = Array.from({ length: counts.truncated }, () => {
      const whole = dice.chance(0.5) ? randomTypedModule(dice) : randomRawModule(dice).bytes;
      return whole.slice(0, dice.below(whole.length));
    });
    await forEach(counts.truncated, async (index) => {
      expect(await refusalOf(modules[index] ?? new Uint8Array(0))).toMatch(/^BAD_/);
    });
  }, 120_000);

  it("are refused with a reason, or are valid still, when a byte of them is changed", async () => {
    const dice = diceOf("flipped");
    const modules = Array.from({ length: counts.flipped }, () => {
      const bytes = randomTypedModule(dice);
      const at = dice.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    });
    await forEach(counts.flipped, async (index) => {
      const bytes = modules[index] ?? new Uint8Array(0);
      const reason = await refusalOf(bytes);
      if (!WebAssembly.validate(bytes)) expect(reason).toBe("BAD_MODULE");
    });
  }, 120_000);
});

function reasonOf(error: unknown): unknown {
  return error instanceof HeddleError ? error.reason : error;
}

/** Whether a new instance can be made: the start function may trap, and segments may not fit. */
function canStart(module: WebAssembly.Module): boolean {
  try {
    return new WebAssembly.Instance(module, {}) instanceof WebAssembly.Instance;
  } catch {
    return false;
  }
}

/** Results of a call of numbers as the SDK gives them. */
function resultOf(results: readonly unknown[]): unknown {
  if (results.length < 2) return results[0];
  return Object.fromEntries(results.map((value, index) => [`value${index}`, value]));
}
