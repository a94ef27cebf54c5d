import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import type { MapProgress } from "../../src/sdk/options.ts";
import { emptyResult } from "../../src/wire/frame.ts";
import { collect } from "../support/iteration.ts";
import { type Script } from "../support/scripted-gateway.ts";
import { doubled, endless, numbersTo, silent, startScriptedMap } from "../support/scripted-map.ts";

describe("a map with failures", () => {
  const failFifth: Script = (session, frame) => {
    session.settle(frame, 0, 5);
    if (frame.count > 5) session.fail(frame, 5, "KERNEL_TRAP");
    session.settle(frame, 6);
  };

  it("ends with the error of an item by default, and takes the rest back", async () => {
    const { fabric, session } = await startScriptedMap(failFifth);
    const { seen, inputs } = endless();
    await expect(collect(fabric.map("pure/double", inputs, { concurrency: 10 }))).rejects.toMatchObject({
      reason: "KERNEL_TRAP",
      rawMessage: "item 5 failed",
    });
    await session.frames.count("cancel", 1);
    const [frame] = session.frames.batches;
    const cancel = session.frames.frames.find(({ kind }) => kind === "cancel");
    expect(cancel?.frame).toEqual({ id: frame?.id, first: 0, count: 0 });
    expect(seen.closed).toBe(true);
  });

  it("yields errors among the results when it collects", async () => {
    const { fabric } = await startScriptedMap(failFifth);
    const results = await collect(fabric.map("pure/double", numbersTo(8), { onError: "collect" }));
    expect(results.map(({ index, error }) => error?.reason ?? index)).toEqual([
      0,
      1,
      2,
      3,
      4,
      "KERNEL_TRAP",
      6,
      7,
    ]);
    expect(results[5]).toMatchObject({ index: 5, error: { attempts: 2, node: "node-2" } });
  });

  it("yields inputs that are no requests by their index when it collects", async () => {
    const { fabric, session } = await startScriptedMap();
    const bad = new HeddleError("BAD_PAYLOAD", "line 3 is no JSON");
    const inputs = [{ number: 0 }, { numbre: 1 }, { number: 2 }, bad, { number: 4 }, { number: "x" }];
    const results = await collect(fabric.map("pure/double", inputs, { onError: "collect" }));
    expect(results.map(({ index, value, error }) => [index, value ?? error?.reason])).toEqual([
      [0, 0],
      [1, "BAD_PAYLOAD"],
      [2, 4],
      [3, "BAD_PAYLOAD"],
      [4, 8],
      [5, "BAD_PAYLOAD"],
    ]);
    expect(session.numbers).toEqual([0, 2, 4]);
  });

  it("yields nothing but errors when every input is bad", async () => {
    const { fabric, session } = await startScriptedMap();
    const results = await collect(fabric.map("pure/double", [{ a: 1 }, { b: 2 }], { onError: "collect" }));
    expect(results.map(({ index, error }) => [index, error?.reason])).toEqual([
      [0, "BAD_PAYLOAD"],
      [1, "BAD_PAYLOAD"],
    ]);
    expect(session.frames.batches).toEqual([]);
  });

  it("ends with the error of a bad input otherwise", async () => {
    const { fabric } = await startScriptedMap(silent);
    const { seen, inputs } = endless();
    function* withBad(): Generator<object> {
      for (const input of inputs) yield input.number === 3 ? { wrong: true } : input;
    }
    await expect(collect(fabric.map("pure/double", withBad()))).rejects.toMatchObject({
      reason: "BAD_PAYLOAD",
    });
    expect(seen.closed).toBe(true);
  });

  it("ends with what its inputs throw", async () => {
    const { fabric } = await startScriptedMap();
    async function* broken(): AsyncGenerator<{ number: number }> {
      yield { number: 0 };
      throw new Error("the file is gone");
    }
    const cause = expect.objectContaining({ message: "the file is gone" }) as unknown;
    await expect(collect(fabric.map("pure/double", broken()))).rejects.toMatchObject({
      reason: "INTERNAL",
      cause,
    });
  });

  it("takes one error for a range of items", async () => {
    const { fabric } = await startScriptedMap((session, frame) => {
      if (frame.count > 0) session.fail(frame, 0, "NO_NODES", frame.count);
    });
    const results = await collect(fabric.map("pure/double", numbersTo(100), { onError: "collect" }));
    expect(results.map(({ index, error }) => [index, error?.reason])).toEqual(
      doubled(100).map(({ index }) => [index, "NO_NODES"]),
    );
  });

  it("yields every index once although the gateway speaks twice of some and of others that do not exist", async () => {
    const { fabric } = await startScriptedMap((session, frame) => {
      session.settle(frame, 0, 5);
      session.settle(frame);
      session.fail(frame, 0, "NO_NODES", 2 ** 50);
      session.link.sendResult({ ...emptyResult, id: frame.id, first: 50, count: 2 ** 50 });
    });
    expect(await collect(fabric.map("pure/double", numbersTo(10)))).toEqual(doubled(10));
  });
});

describe("a map's progress", () => {
  it("is told at the end with the number of all items", async () => {
    const { fabric } = await startScriptedMap();
    const told: MapProgress[] = [];
    await collect(
      fabric.map("pure/double", numbersTo(3000), { onProgress: (progress) => told.push(progress) }),
    );
    expect(told.at(-1)).toEqual({ done: 3000, failed: 0, total: 3000 });
    expect(told.every(({ done }, at) => at === 0 || done >= (told[at - 1]?.done ?? 0))).toBe(true);
  });

  it("knows the length of an array and what the caller says", async () => {
    const { fabric } = await startScriptedMap((session, frame) => session.settle(frame, 0, 1));
    for (const [inputs, options] of [
      [[...numbersTo(3)], {}],
      [numbersTo(3), { total: 3 }],
    ] as const) {
      const told: MapProgress[] = [];
      const results = fabric.map("pure/double", inputs, {
        ...options,
        onProgress: (progress) => told.push(progress),
      });
      await results.next();
      expect(told[0]).toEqual({ done: 1, failed: 0, total: 3 });
      await results.return?.();
    }
  });

  // It closed the connection under every other call of the process.
  it("ends the map, and nothing else, when the caller's function throws", async () => {
    const { fabric, gateway } = await startScriptedMap();
    const onProgress = (): never => {
      throw new Error("the bar is broken");
    };
    await expect(collect(fabric.map("pure/double", numbersTo(3), { onProgress }))).rejects.toMatchObject({
      reason: "INTERNAL",
      rawMessage: "the bar is broken",
    });
    expect(await fabric.invoke("pure/double", { number: 4 })).toBe(8);
    expect(gateway.sessions).toHaveLength(1);
  });
});
