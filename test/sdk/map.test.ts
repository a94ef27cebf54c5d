import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { connect } from "../../src/sdk/connect.ts";
import type { MapProgress } from "../../src/sdk/options.ts";
import { emptyResult } from "../../src/wire/frame.ts";
import { collect, next } from "../support/iteration.ts";
import {
  ScriptedGateway,
  settleAll,
  type ClientSession,
  type Script,
  type ScriptedGatewayOptions,
} from "../support/scripted-gateway.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

const silent: Script = () => {};

async function setup(script: Script = settleAll, options: ScriptedGatewayOptions = {}) {
  const gateway = await ScriptedGateway.start({ ...options, script });
  const relay = await TcpRelay.start(gateway.address);
  const fabric = await connect(relay.address);
  onTestFinished(() => fabric.close());
  await fabric.describe("pure/double");
  return { gateway, relay, fabric, session: await gateway.session(0) };
}

function* numbersTo(count: number): Generator<{ number: number }> {
  for (let number = 0; number < count; number++) yield { number };
}

/** Inputs without end, and how many were pulled. */
function endless() {
  const seen = { pulled: 0, closed: false };
  function* make(): Generator<{ number: number }> {
    try {
      for (;;) yield { number: seen.pulled++ };
    } finally {
      seen.closed = true;
    }
  }
  return { seen, inputs: make() };
}

const doubled = (count: number) => Array.from({ length: count }, (_, index) => ({ index, value: index * 2 }));

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
    const { fabric, session } = await setup();
    expect(await collect(fabric.map("pure/double", []))).toEqual([]);
    expect(session.frames.batches).toEqual([]);
  });

  it("gives every result by its index, in the order of the inputs", async () => {
    const { fabric, session } = await setup();
    expect(await collect(fabric.map("pure/double", numbersTo(5000)))).toEqual(doubled(5000));
    expect(new Set(session.frames.batches.map(({ id }) => id)).size).toBe(1);
    expect(session.frames.batches.at(-1)).toMatchObject({ open: false, count: 0, first: 5000 });
  });

  it("puts results that come in any order in that of the inputs", async () => {
    const { fabric } = await setup(inReverse(3));
    const count = limits.frameItemsMax * 2 + 100;
    expect(await collect(fabric.map("pure/double", numbersTo(count)))).toEqual(doubled(count));
  });

  it("gives results as they come when the order is of no matter", async () => {
    const { fabric } = await setup(inReverse(3));
    const count = limits.frameItemsMax * 2 + 100;
    const results = await collect(fabric.map("pure/double", numbersTo(count), { ordered: false }));
    expect(results[0]?.index).toBe(limits.frameItemsMax * 2);
    expect(results.toSorted((left, right) => left.index - right.index)).toEqual(doubled(count));
  });

  // Large inputs overtook or were overtaken, so items got the wrong index or were dropped and waited for for ever.
  it("keeps large and small inputs apart by their index", async () => {
    const { fabric, session } = await setup();
    const inputs = Array.from({ length: 60 }, (_, number) => ({
      number,
      padding: new Uint8Array(number % 3 === 0 ? 200_000 : 10),
    }));
    expect(await collect(fabric.map("pure/double", inputs))).toEqual(doubled(60));
    expect(session.numbers).toEqual(inputs.map(({ number }) => number));
  });

  it("takes an async iterable, however slow", async () => {
    const { fabric } = await setup();
    async function* slowly(): AsyncGenerator<{ number: number }> {
      for (const input of numbersTo(20)) {
        await turn();
        yield input;
      }
    }
    expect(await collect(fabric.map("pure/double", slowly()))).toEqual(doubled(20));
  });

  it("gives the first result although the second input never comes", async () => {
    const { fabric } = await setup();
    async function* stuck(): AsyncGenerator<{ number: number }> {
      yield { number: 1 };
      await new Promise<never>(() => {});
    }
    const results = fabric.map("pure/double", stuck());
    expect(await next(results)).toEqual({ index: 0, value: 2 });
  });

  it("looks the function up before anything is pulled", async () => {
    const { fabric } = await setup();
    const { seen, inputs } = endless();
    await expect(fabric.map("nothing/double", inputs).next()).rejects.toMatchObject({
      reason: "KERNEL_NOT_FOUND",
    });
    expect(seen.pulled).toBe(0);
  });

  it("is over after its error", async () => {
    const { fabric } = await setup((session, frame) => session.fail(frame, 0, "KERNEL_TRAP"));
    const results = fabric.map("pure/double", numbersTo(3));
    await expect(results.next()).rejects.toMatchObject({ reason: "KERNEL_TRAP" });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("lets several calls of next wait at once", async () => {
    const { fabric } = await setup();
    const results = fabric.map("pure/double", numbersTo(2));
    const steps = await Promise.all([results.next(), results.next(), results.next()]);
    expect(steps.map(({ value }) => value?.index)).toEqual([0, 1, undefined]);
  });
});

describe("a map's window", () => {
  it("stops the producer when the consumer stops", async () => {
    const { fabric } = await setup();
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
      const { fabric } = await setup(silent, { windowBytes: gatewayBytes ?? 0 });
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
    const { fabric } = await setup();
    const inputs = [0, 1, 2].map((number) => ({ number, padding: new Uint8Array(5000) }));
    expect(await collect(fabric.map("pure/double", inputs, { windowBytes: 1024 }))).toEqual(doubled(3));
  });
});

describe("a map with failures", () => {
  const failFifth: Script = (session, frame) => {
    session.settle(frame, 0, 5);
    if (frame.count > 5) session.fail(frame, 5, "KERNEL_TRAP");
    session.settle(frame, 6);
  };

  it("ends with the error of an item by default, and takes the rest back", async () => {
    const { fabric, session } = await setup(failFifth);
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
    const { fabric } = await setup(failFifth);
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
    const { fabric, session } = await setup();
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
    const { fabric, session } = await setup();
    const results = await collect(fabric.map("pure/double", [{ a: 1 }, { b: 2 }], { onError: "collect" }));
    expect(results.map(({ index, error }) => [index, error?.reason])).toEqual([
      [0, "BAD_PAYLOAD"],
      [1, "BAD_PAYLOAD"],
    ]);
    expect(session.frames.batches).toEqual([]);
  });

  it("ends with the error of a bad input otherwise", async () => {
    const { fabric } = await setup(silent);
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
    const { fabric } = await setup();
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
    const { fabric } = await setup((session, frame) => {
      if (frame.count > 0) session.fail(frame, 0, "NO_NODES", frame.count);
    });
    const results = await collect(fabric.map("pure/double", numbersTo(100), { onError: "collect" }));
    expect(results.map(({ index, error }) => [index, error?.reason])).toEqual(
      doubled(100).map(({ index }) => [index, "NO_NODES"]),
    );
  });

  it("yields every index once although the gateway speaks twice of some and of others that do not exist", async () => {
    const { fabric } = await setup((session, frame) => {
      session.settle(frame, 0, 5);
      session.settle(frame);
      session.fail(frame, 0, "NO_NODES", 2 ** 50);
      session.link.sendResult({ ...emptyResult, id: frame.id, first: 50, count: 2 ** 50 });
    });
    expect(await collect(fabric.map("pure/double", numbersTo(10)))).toEqual(doubled(10));
  });
});

describe("ending a map", () => {
  it("takes back what is under way when its consumer leaves", async () => {
    const { fabric, session } = await setup();
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
    const { fabric } = await setup(silent);
    const results = fabric.map("pure/double", numbersTo(3));
    const waiting = results.next();
    await results.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("gives no result any more after it was left", async () => {
    const { fabric } = await setup();
    const results = fabric.map("pure/double", numbersTo(3));
    await results.next();
    await results.return?.();
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("never starts when it is left before", async () => {
    const { fabric } = await setup();
    const { seen, inputs } = endless();
    const results = fabric.map("pure/double", inputs);
    await results.return?.();
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(seen.pulled).toBe(0);
  });

  it("ends with CANCELLED when its signal aborts, before or meanwhile", async () => {
    const { fabric, session } = await setup(silent);
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
    const { fabric, session } = await setup(silent);
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
    const { fabric, session } = await setup(silent);
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

describe("a map's progress", () => {
  it("is told at the end with the number of all items", async () => {
    const { fabric } = await setup();
    const told: MapProgress[] = [];
    await collect(
      fabric.map("pure/double", numbersTo(3000), { onProgress: (progress) => told.push(progress) }),
    );
    expect(told.at(-1)).toEqual({ done: 3000, failed: 0, total: 3000 });
    expect(told.every(({ done }, at) => at === 0 || done >= (told[at - 1]?.done ?? 0))).toBe(true);
  });

  it("knows the length of an array and what the caller says", async () => {
    const { fabric } = await setup((session, frame) => session.settle(frame, 0, 1));
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
    const { fabric, gateway } = await setup();
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

describe("a map over a lost connection", () => {
  /** Answers the even positions of every frame, and loses the connection with the frame that is counted down to. */
  function losing(relay: TcpRelay, every: number): Script {
    let frames = 0;
    return (session, frame) => {
      if (frame.count === 0) return;
      if (++frames % every === 0 && frames < 40) {
        for (let at = 0; at < frame.count; at += 2) session.settle(frame, at, at + 1);
        relay.drop();
      } else {
        session.settle(frame);
      }
    };
  }

  it.each([true, false])("gives every index once (ordered: %o)", async (ordered) => {
    const { fabric, relay, gateway } = await setup();
    gateway.script = losing(relay, 3);
    const count = 10_000;
    const results = await collect(
      fabric.map("pure/double", numbersTo(count), { ordered, concurrency: 3000 }),
    );
    expect(gateway.sessions.length).toBeGreaterThan(1);
    expect(results.toSorted((left, right) => left.index - right.index)).toEqual(doubled(count));
    if (ordered) expect(results).toEqual(doubled(count));
  });

  it("keeps the indices right with refused inputs among them", async () => {
    const { fabric, relay, gateway } = await setup();
    gateway.script = (session, frame) => {
      if (frame.count === 0) return;
      if (session.hello.epoch > 1) session.settle(frame);
      else if (frame.first > 20) relay.drop();
      else session.settle(frame, 0, frame.count - 1);
    };
    const inputs = Array.from({ length: 200 }, (_, number) =>
      number % 7 === 3 ? { wrong: number } : { number },
    );
    const results = await collect(fabric.map("pure/double", inputs, { onError: "collect" }));
    expect(results.map(({ index, value, error }) => [index, value ?? error?.reason])).toEqual(
      inputs.map((_, index) => [index, index % 7 === 3 ? "BAD_PAYLOAD" : index * 2]),
    );
  });

  it("says again that its inputs are at their end", async () => {
    const { fabric, relay, gateway, session } = await setup(silent);
    const results = collect(fabric.map("pure/double", numbersTo(3)));
    await session.frames.until((frames) =>
      frames.some(({ kind, frame }) => kind === "batch" && "open" in frame && !frame.open),
    );
    gateway.script = settleAll;
    relay.drop();
    expect(await results).toEqual(doubled(3));
    const again = await gateway.session(1);
    await again.frames.count("batch", 2);
    expect(again.frames.batches.map(({ first, count, open }) => [first, count, open])).toEqual([
      [0, 3, true],
      [3, 0, false],
    ]);
  });

  it("ends a map over a function with effects rather than run it twice", async () => {
    const { fabric, relay, session } = await setup(silent);
    const results = fabric.map("effect/double", numbersTo(3));
    const first = results.next();
    await session.frames.count("batch", 1);
    relay.drop();
    await expect(first).rejects.toMatchObject({ reason: "CONNECTION_LOST" });
  });

  // It was submitted once for each of its frames, and its results came under several numbers.
  it("submits a map that began while the connection was away once", async () => {
    const { fabric, relay, gateway } = await setup();
    const lookedUp = Promise.withResolvers<void>();
    async function* later(): AsyncGenerator<{ number: number }> {
      await relay.cut();
      lookedUp.resolve();
      for (const input of numbersTo(3000)) {
        if (input.number % 500 === 0) await turn();
        yield input;
      }
    }
    const results = collect(fabric.map("pure/double", later()));
    await lookedUp.promise;
    for (let turns = 0; turns < 20; turns++) await turn();
    await relay.restore();
    expect(await results).toEqual(doubled(3000));
    const sessions: ClientSession[] = gateway.sessions;
    const ids = sessions.flatMap(({ frames }) => frames.batches.map(({ id }) => id));
    expect(new Set(ids).size).toBe(1);
  });
});
