import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { collect } from "../support/iteration.ts";
import { settleAll, type ClientSession, type Script } from "../support/scripted-gateway.ts";
import { doubled, numbersTo, silent, startScriptedMap } from "../support/scripted-map.ts";
import type { TcpRelay } from "../support/tcp-relay.ts";

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
    const { fabric, relay, gateway } = await startScriptedMap();
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
    const { fabric, relay, gateway } = await startScriptedMap();
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

  it("stays on the version it began with", async () => {
    const { fabric, relay, gateway, session } = await startScriptedMap(silent);
    const results = collect(fabric.map("pure/double", numbersTo(3)));
    await session.frames.count("batch", 1);
    gateway.script = settleAll;
    relay.drop();
    expect(await results).toEqual(doubled(3));
    const digests = (sessionOf: ClientSession) =>
      sessionOf.frames.frames.flatMap(({ kind, frame }) =>
        kind === "function" ? [Buffer.from(frame.digest).toString("hex")] : [],
      );
    expect(digests(session)).toEqual([""]);
    expect(digests(await gateway.session(1))).toEqual([gateway.version]);
  });

  it("stays on the version that the gateway says it runs on, be it a canary", async () => {
    const { fabric, relay, gateway, session } = await startScriptedMap(silent);
    const results = fabric.map("pure/double", numbersTo(3));
    const first = results.next();
    await session.frames.count("batch", 1);
    gateway.script = settleAll;
    const [frame] = session.frames.batches;
    if (frame === undefined) throw new Error("a batch came");
    session.runsOn = Buffer.alloc(32, 0xcc);
    session.settle(frame, 0, 1);
    expect((await first).value).toEqual({ index: 0, value: 0 });
    relay.drop();
    expect(await collect(results)).toEqual(doubled(3).slice(1));
    const { frames } = (await gateway.session(1)).frames;
    const digests = frames.flatMap((each) =>
      each.kind === "function" ? [Buffer.from(each.frame.digest).toString("hex")] : [],
    );
    expect(digests).toEqual(["cc".repeat(32)]);
  });

  it("says again that its inputs are at their end", async () => {
    const { fabric, relay, gateway, session } = await startScriptedMap(silent);
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
    const { fabric, relay, session } = await startScriptedMap(silent);
    const results = fabric.map("effect/double", numbersTo(3));
    const first = results.next();
    await session.frames.count("batch", 1);
    relay.drop();
    await expect(first).rejects.toMatchObject({ reason: "CONNECTION_LOST" });
  });

  // It was submitted once for each of its frames, and its results came under several numbers.
  it("submits a map that began while the connection was away once", async () => {
    const { fabric, relay, gateway } = await startScriptedMap();
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
