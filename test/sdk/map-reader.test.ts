import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { InputReader, type Inputs } from "../../src/sdk/map-reader.ts";

/** A consumer that takes what it has room for and keeps a log. */
function setup(inputs: Inputs, room = Infinity, refuse: (input: unknown) => boolean = () => false) {
  const log: string[] = [];
  const taken: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const state = { room };
  const reader = new InputReader(inputs, {
    room: () => taken.length < state.room,
    take: (input) => {
      if (refuse(input)) throw new HeddleError("BAD_PAYLOAD", `no ${String(input)}`);
      taken.push(input);
    },
    turn: () => log.push(`turn ${taken.length}`),
    end: () => {
      log.push("end");
      ended.resolve();
    },
    failed: (error) => {
      log.push(`failed ${error.reason}`);
      ended.resolve();
    },
  });
  return { reader, log, taken, state, ended: ended.promise };
}

/** Numbers from 0 on, without end, that tell when they are told to stop. */
function counting() {
  const seen = { pulled: 0, returned: 0 };
  const iterator: Iterator<number> = {
    next: () => ({ done: false, value: seen.pulled++ }),
    return: () => {
      seen.returned++;
      return { done: true, value: undefined };
    },
  };
  return { seen, inputs: { [Symbol.iterator]: () => iterator } };
}

describe("InputReader", () => {
  it("takes a list to its end", async () => {
    const { reader, taken, log, ended } = setup([1, 2, 3]);
    reader.wake();
    await ended;
    expect(taken).toEqual([1, 2, 3]);
    expect(log).toEqual(["end"]);
  });

  it("takes an async iterable to its end", async () => {
    const { reader, taken, ended } = setup(
      (async function* () {
        yield 1;
        await turn();
        yield 2;
      })(),
    );
    reader.wake();
    await ended;
    expect(taken).toEqual([1, 2]);
  });

  it("pulls nothing while there is no room, and goes on when it is woken", async () => {
    const { seen, inputs } = counting();
    const { reader, state } = setup(inputs, 10);
    reader.wake();
    await turn();
    await turn();
    expect(seen.pulled).toBe(10);
    state.room = 15;
    reader.wake();
    await turn();
    await turn();
    expect(seen.pulled).toBe(15);
    reader.close();
  });

  it("takes a bounded number in one turn", async () => {
    const { seen, inputs } = counting();
    const { reader, log } = setup(inputs);
    reader.wake();
    await turn();
    await turn();
    reader.close();
    const turns = log.filter((line) => line.startsWith("turn")).length;
    expect(turns).toBeGreaterThan(0);
    expect(seen.pulled).toBe(turns * limits.mapInputsPerTurn);
  });

  it("sends what was gathered while an input is slow to come", async () => {
    const slow = Promise.withResolvers<void>();
    const { reader, log, ended } = setup(
      (async function* () {
        yield 1;
        await slow.promise;
        yield 2;
      })(),
    );
    reader.wake();
    while (!log.includes("turn 1")) await turn();
    expect(log).not.toContain("end");
    slow.resolve();
    await ended;
    expect(log.at(-1)).toBe("end");
  });

  it.each(["sync", "async"])("tells an iterable that is %s when it is closed, once", async (kind) => {
    const { seen, inputs } = counting();
    const iterator = inputs[Symbol.iterator]();
    const asynchronous: AsyncIterator<number> = {
      next: () => Promise.resolve(iterator.next()),
      return: () => Promise.resolve({ done: true, value: iterator.return?.() }),
    };
    const { reader } = setup(kind === "sync" ? inputs : { [Symbol.asyncIterator]: () => asynchronous }, 3);
    reader.wake();
    while (seen.pulled < 3) await turn();
    reader.close();
    reader.close();
    expect(seen.returned).toBe(1);
    reader.wake();
    await turn();
    expect(seen.pulled).toBe(3);
  });

  // A generator whose input was refused was left standing with whatever it held open.
  it("closes the iterable when an input is refused", async () => {
    const { seen, inputs } = counting();
    const { reader, taken, log, ended } = setup(inputs, Infinity, (input) => input === 2);
    reader.wake();
    await ended;
    expect(taken).toEqual([0, 1]);
    expect(log).toEqual(["failed BAD_PAYLOAD"]);
    expect(seen).toEqual({ pulled: 3, returned: 1 });
  });

  it("closes an async iterable when an input is refused", async () => {
    const closed = Promise.withResolvers<void>();
    const { reader, ended } = setup(
      (async function* () {
        try {
          yield 1;
          yield 2;
        } finally {
          closed.resolve();
        }
      })(),
      Infinity,
      () => true,
    );
    reader.wake();
    await ended;
    await closed.promise;
  });

  it.each([
    [
      "a sync",
      function* () {
        yield 1;
        throw new Error("the file is gone");
      },
    ],
    [
      "an async",
      async function* () {
        yield 1;
        throw new Error("the file is gone");
      },
    ],
  ])("passes on what %s iterable throws", async (_, make) => {
    const { reader, taken, log, ended } = setup(make());
    reader.wake();
    await ended;
    expect(taken).toEqual([1]);
    expect(log).toContain("failed INTERNAL");
    expect(log).not.toContain("end");
  });

  // Its map was over then, but its consumer never heard.
  it("survives an iterable that throws when it is closed", () => {
    const inputs: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error("cannot be closed");
        },
      }),
    };
    const { reader } = setup(inputs);
    expect(() => reader.close()).not.toThrow();
  });

  it("drops an input that comes after it was closed", async () => {
    const slow = Promise.withResolvers<IteratorResult<number>>();
    const inputs: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: () => slow.promise }) };
    const { reader, taken, log } = setup(inputs);
    reader.wake();
    await turn();
    reader.close();
    slow.resolve({ done: false, value: 1 });
    await turn();
    expect(taken).toEqual([]);
    expect(log.filter((line) => !line.startsWith("turn"))).toEqual([]);
  });
});
