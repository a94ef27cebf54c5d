import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { collect, next } from "../support/iteration.ts";
import { type Script } from "../support/scripted-gateway.ts";
import { doubled, endless, numbersTo, silent, startScriptedMap } from "../support/scripted-map.ts";

/** Answers the frames of a session in the reverse of their order, once they are all there. */
function inReverse(frames: number): Script {
  return (session) => {
    const { batches } = session.frames;
    const full = batches.filter(({ count }) => count > 0);
    if (full.length === frames) for (const frame of full.toReversed()) session.settle(frame);
  };
}

describe("Fabric.map", () => {
  it("gives nothing for no inputs and sends nothing", async () => {
    const { fabric, session } = await startScriptedMap();
    expect(await collect(fabric.map("pure/double", []))).toEqual([]);
    expect(session.frames.batches).toEqual([]);
  });

  it("gives every result by its index, in the order of the inputs", async () => {
    const { fabric, session } = await startScriptedMap();
    expect(await collect(fabric.map("pure/double", numbersTo(5000)))).toEqual(doubled(5000));
    expect(new Set(session.frames.batches.map(({ id }) => id)).size).toBe(1);
    expect(session.frames.batches.at(-1)).toMatchObject({ open: false, count: 0, first: 5000 });
  });

  it("puts results that come in any order in that of the inputs", async () => {
    const { fabric } = await startScriptedMap(inReverse(3));
    const count = limits.mapFrameItemsMax * 2 + 100;
    expect(await collect(fabric.map("pure/double", numbersTo(count)))).toEqual(doubled(count));
  });

  it("gives results as they come when the order is of no matter", async () => {
    const { fabric } = await startScriptedMap(inReverse(3));
    const count = limits.mapFrameItemsMax * 2 + 100;
    const results = await collect(fabric.map("pure/double", numbersTo(count), { ordered: false }));
    expect(results[0]?.index).toBe(limits.mapFrameItemsMax * 2);
    expect(results.toSorted((left, right) => left.index - right.index)).toEqual(doubled(count));
  });

  // Large inputs overtook or were overtaken, so items got the wrong index or were dropped and waited for for ever.
  it("keeps large and small inputs apart by their index", async () => {
    const { fabric, session } = await startScriptedMap();
    const inputs = Array.from({ length: 60 }, (_, number) => ({
      number,
      padding: new Uint8Array(number % 3 === 0 ? 200_000 : 10),
    }));
    expect(await collect(fabric.map("pure/double", inputs))).toEqual(doubled(60));
    expect(session.numbers).toEqual(inputs.map(({ number }) => number));
  });

  it("takes an async iterable, however slow", async () => {
    const { fabric } = await startScriptedMap();
    async function* slowly(): AsyncGenerator<{ number: number }> {
      for (const input of numbersTo(20)) {
        await turn();
        yield input;
      }
    }
    expect(await collect(fabric.map("pure/double", slowly()))).toEqual(doubled(20));
  });

  it("gives the first result although the second input never comes", async () => {
    const { fabric } = await startScriptedMap();
    async function* stuck(): AsyncGenerator<{ number: number }> {
      yield { number: 1 };
      await new Promise<never>(() => {});
    }
    const results = fabric.map("pure/double", stuck());
    expect(await next(results)).toEqual({ index: 0, value: 2 });
  });

  it("looks the function up before anything is pulled", async () => {
    const { fabric } = await startScriptedMap();
    const { seen, inputs } = endless();
    await expect(fabric.map("nothing/double", inputs).next()).rejects.toMatchObject({
      reason: "KERNEL_NOT_FOUND",
    });
    expect(seen.pulled).toBe(0);
  });

  it("is over after its error", async () => {
    const { fabric } = await startScriptedMap((session, frame) => session.fail(frame, 0, "KERNEL_TRAP"));
    const results = fabric.map("pure/double", numbersTo(3));
    await expect(results.next()).rejects.toMatchObject({ reason: "KERNEL_TRAP" });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("lets several calls of next wait at once", async () => {
    const { fabric } = await startScriptedMap();
    const results = fabric.map("pure/double", numbersTo(2));
    const steps = await Promise.all([results.next(), results.next(), results.next()]);
    expect(steps.map(({ value }) => value?.index)).toEqual([0, 1, undefined]);
  });
});

describe("a map's window", () => {
  it("stops the producer when the consumer stops", async () => {
    const { fabric } = await startScriptedMap();
    const { seen, inputs } = endless();
    const results = fabric.map("pure/double", inputs, { concurrency: 50 });
    for (let index = 0; index < 10; index++) expect(await next(results)).toEqual({ index, value: index * 2 });
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(seen.pulled).toBeLessThanOrEqual(60);
    for (let index = 10; index < 200; index++)
      expect(await next(results)).toEqual({ index, value: index * 2 });
    expect(seen.pulled).toBeLessThanOrEqual(250);
    await results.return?.();
    expect(seen.closed).toBe(true);
  });

  it("is bounded in bytes as well, by the caller and by the gateway", async () => {
    for (const [windowBytes, gatewayBytes] of [
      [10_000, limits.sessionWindowBytes],
      [1_000_000, 10_000],
    ]) {
      const { fabric } = await startScriptedMap(silent, { windowBytes: gatewayBytes ?? 0 });
      let pulled = 0;
      function* wide(): Generator<{ number: number; padding: Uint8Array }> {
        for (;;) yield { number: pulled++, padding: new Uint8Array(1000) };
      }
      const results = fabric.map("pure/double", wide(), { windowBytes: windowBytes ?? 0 });
      void results.next().catch(() => {});
      while (pulled === 0) await turn();
      for (let turns = 0; turns < 20; turns++) await turn();
      expect(pulled).toBeLessThan(12);
      await results.return?.();
    }
  });

  it("lets an input through that is larger than the window", async () => {
    const { fabric } = await startScriptedMap();
    const inputs = [0, 1, 2].map((number) => ({ number, padding: new Uint8Array(5000) }));
    expect(await collect(fabric.map("pure/double", inputs, { windowBytes: 1024 }))).toEqual(doubled(3));
  });
});

describe("ending a map", () => {
  it("takes back what is under way when its consumer leaves", async () => {
    const { fabric, session } = await startScriptedMap();
    const { seen, inputs } = endless();
    for await (const { index } of fabric.map("pure/double", inputs)) if (index === 10) break;
    await session.frames.count("cancel", 1);
    expect(seen.closed).toBe(true);
    const pulled = seen.pulled;
    await turn();
    expect(seen.pulled).toBe(pulled);
  });

  // The call that waited was never answered.
  it("answers a call that waits when it is left", async () => {
    const { fabric } = await startScriptedMap(silent);
    const results = fabric.map("pure/double", numbersTo(3));
    const waiting = results.next();
    await results.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("gives no result any more after it was left", async () => {
    const { fabric } = await startScriptedMap();
    const results = fabric.map("pure/double", numbersTo(3));
    await results.next();
    await results.return?.();
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("never starts when it is left before", async () => {
    const { fabric } = await startScriptedMap();
    const { seen, inputs } = endless();
    const results = fabric.map("pure/double", inputs);
    await results.return?.();
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(seen.pulled).toBe(0);
  });

  it("ends with CANCELLED when its signal aborts, before or meanwhile", async () => {
    const { fabric, session } = await startScriptedMap(silent);
    const before = fabric.map("pure/double", numbersTo(3), { signal: AbortSignal.abort() });
    await expect(before.next()).rejects.toMatchObject({ reason: "CANCELLED" });
    const abort = new AbortController();
    const { seen, inputs } = endless();
    const results = fabric.map("pure/double", inputs, { signal: abort.signal, concurrency: 5 });
    const waiting = results.next();
    await session.frames.count("batch", 1);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ reason: "CANCELLED" });
    await session.frames.count("cancel", 1);
    expect(seen.closed).toBe(true);
  });

  it("ends with DEADLINE when it takes too long", async () => {
    const { fabric, session } = await startScriptedMap(silent);
    const results = fabric.map("pure/double", numbersTo(3), { deadlineMs: 40 });
    await expect(results.next()).rejects.toMatchObject({
      reason: "DEADLINE",
      rawMessage: "the map over pure/double did not end within 40 ms",
    });
    expect(session.frames.batches[0]?.deadlineMs).toBeGreaterThan(0);
    await session.frames.count("cancel", 1);
  });

  // What had been gathered of a map that was over went out in the turn after, as a new map that nobody waited for.
  it("sends nothing any more once it is over", async () => {
    const { fabric, session } = await startScriptedMap(silent);
    const abort = new AbortController();
    async function* gathering(): AsyncGenerator<{ number: number }> {
      yield { number: 1 };
      abort.abort();
      await new Promise<never>(() => {});
    }
    await expect(
      fabric.map("pure/double", gathering(), { signal: abort.signal }).next(),
    ).rejects.toMatchObject({ reason: "CANCELLED" });
    void fabric.invoke("pure/double", { number: 7 }).catch(() => {});
    await session.frames.count("batch", 1);
    expect(session.numbers).toEqual([7]);
  });
});
