import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import {
  createProbePool,
  loadProbe,
  reasonOf,
  sizeOf,
  startPool,
  u32,
  type PoolRun,
} from "../support/pool-run.ts";
import { testSeed } from "../support/seed.ts";

const pools: PoolRun[] = [];

async function setup(workers = 1, manifest: Readonly<Record<string, unknown>> = {}): Promise<PoolRun> {
  const pool = await startPool(workers, manifest);
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

/** Work that takes some tens of milliseconds, long for a test and short for a person. */
const someWork = u32(40_000);
/** Short for a test, and long enough for a quick item whose thread is not run for a moment. */
const loopLimit = { timeLimitMs: 500 };
/** Work of a millisecond or more. */
const millisecond = u32(2048);
const spin = Uint8Array.of(1, 0, 0, 0);
const go = Uint8Array.of(0, 0, 0, 0);

/** A request of `logBytes`. */
function logging(times: number, text: string | Uint8Array, thenSpin = false): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(times);
  head[4] = thenSpin ? 1 : 0;
  return Buffer.concat([head, Buffer.from(text)]);
}

describe("createWorkerPool", () => {
  it("gives results in the order of the payloads, whatever their sizes", async () => {
    const pool = await setup(2);
    const payload = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(payload, { maxLength: 60 }), { maxLength: 8 }), async (batches) => {
        const finished = await Promise.all(batches.map((payloads) => pool.run("echo", payloads)));
        expect(finished.map(({ outcomes }) => outcomes)).toEqual(batches);
      }),
      { seed: testSeed, numRuns: 50 },
    );
  });

  it("gives every call fresh state, on every worker", async () => {
    const pool = await setup(2);
    const runs = Array.from({ length: 20 }, () =>
      pool.run(
        "count",
        Array.from({ length: 50 }, () => go),
      ),
    );
    const seen = new Set((await Promise.all(runs)).flatMap(({ outcomes }) => outcomes.map(String)));
    expect([...seen]).toEqual(["1,0,0,0,1,0,0,0"]);
  });

  it("takes a batch of ten thousand items", async () => {
    const pool = await setup();
    const payloads = Array.from({ length: 10_000 }, (_, index) => u32(index));
    const { outcomes } = await pool.run("echo", payloads);
    expect(outcomes).toEqual(payloads);
    expect(pool.stats().items).toBe(10_000);
  });

  it("takes an empty batch and empty payloads", async () => {
    const pool = await setup();
    expect(await pool.run("echo", [])).toMatchObject({ outcomes: [], rest: undefined });
    expect((await pool.run("echo", [new Uint8Array(0), new Uint8Array(0)])).outcomes).toHaveLength(2);
  });

  it("starts reading payloads where it is told", async () => {
    const pool = await setup();
    const { outcomes } = await pool.run("echo", [u32(7)], {
      payloads: Uint8Array.of(9, 9, 7, 0, 0, 0, 9),
      offset: 2,
    });
    expect(outcomes).toEqual([u32(7)]);
  });

  it("passes 8 MiB in and out, between small ones", async () => {
    const pool = await setup(1, { memoryMaxBytes: 64 * 65536 * 16 });
    const large = new Uint8Array(900_000 - 64).fill(5);
    const payloads = [u32(1), large, u32(2), large, ...Array.from({ length: 6 }, () => large), u32(3)];
    expect((await pool.run("echo", payloads)).outcomes).toEqual(payloads);
    expect((await pool.run("echo", [u32(4)])).outcomes).toEqual([u32(4)]);
  });

  it("goes on within a batch whose results do not fit its memory at once", async () => {
    const pool = await setup();
    const count = 50;
    const { outcomes, parts } = await pool.run(
      "fill",
      Array.from({ length: count }, () => u32(100_000)),
    );
    expect(count * 100_000).toBeGreaterThan(3 * limits.workerBufferBytes);
    expect(parts.length).toBeGreaterThan(2);
    expect(outcomes.every((outcome) => sizeOf(outcome) === 100_000)).toBe(true);
  });

  it("makes room for one result that is larger than its memory", async () => {
    const pool = await setup();
    const { outcomes } = await pool.run("fill", [u32(10), u32(3_000_000), u32(20)]);
    expect(outcomes.map(sizeOf)).toEqual([10, 3_000_000, 20]);
  });

  it.each([
    ["trap", 2, "KERNEL_TRAP", 'unreachable in "inner"'],
    ["divide", 2, "KERNEL_TRAP", "divide by zero"],
    ["outside", 2, "KERNEL_TRAP", "out of bounds"],
    ["recurse", 2, "KERNEL_TRAP", "call stack"],
    ["logAndTrap", 2, "KERNEL_TRAP", "it logged: no luck today"],
    ["bomb", 8, "MEMORY_LIMIT", "4194304"],
    ["badHeader", 2, "KERNEL_BAD_RESULT", "4294967292"],
    ["badRange", 2, "KERNEL_BAD_RESULT", "100 bytes at 65530"],
    ["failAndGoOn", 9, "KERNEL_FAILED", "no luck today"],
  ])("tells how %s failed, and goes on", async (fn, code, reason, says) => {
    const pool = await setup();
    const { outcomes, rest } = await pool.run(fn, [go, go]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ code, reason });
    expect(JSON.stringify(outcomes[1])).toContain(says.replaceAll('"', '\\"'));
    expect(rest).toBeUndefined();
    expect((await pool.run("echo", [go])).outcomes).toEqual([go]);
    expect(pool.stats().restarts).toBe(0);
  });

  it("keeps failures and results of one batch apart", async () => {
    const pool = await setup();
    const codes = [5, 0x103, 0x208, 77, 0, 7];
    const { outcomes, parts } = await pool.run("failWith", codes.map(u32));
    expect(outcomes.map(reasonOf)).toEqual([
      "KERNEL_FAILED",
      "BAD_PAYLOAD",
      "MEMORY_LIMIT",
      "KERNEL_FAILED",
      "KERNEL_FAILED",
      "KERNEL_FAILED",
    ]);
    expect(outcomes.map((outcome) => (outcome as { code: number }).code)).toEqual([5, 3, 8, 2, 2, 7]); // failures, as above
    expect(parts.flatMap(({ failures }) => failures.map(({ index }) => index))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("refuses a payload above the kernel's share of memory", async () => {
    const pool = await setup(1, { memoryMaxBytes: 131072 });
    const { outcomes } = await pool.run("echo", [new Uint8Array(32768), new Uint8Array(32769)]);
    expect(outcomes.map(reasonOf)).toEqual(["ok", "PAYLOAD_TOO_LARGE"]);
  });

  it("refuses an unknown function", async () => {
    const pool = await setup();
    const { rest } = await pool.run("ecco", [go]);
    expect(rest).toMatchObject({ code: 5, reason: "FUNCTION_NOT_FOUND" });
    expect(rest?.message).toContain("echo, count");
  });

  it("ends an endless loop, keeps what was finished before and does not start what comes after", async () => {
    const pool = await setup(1, loopLimit);
    const { outcomes, rest } = await pool.run("spinIf", [go, go, go, spin, go, go]);
    expect(outcomes.map(reasonOf)).toEqual(["ok", "ok", "ok", "TIME_LIMIT", "missing", "missing"]);
    expect(outcomes[3]).toMatchObject({ code: 4 });
    expect(rest).toMatchObject({ code: 14, reason: "NOT_STARTED" });
    expect((await pool.run("spinIf", [go])).outcomes).toEqual([go]);
    expect(pool.stats().restarts).toBe(1);
  });

  it("ends an endless loop in the middle of items that share a reading of the clock", async () => {
    const pool = await setup(1, loopLimit);
    await pool.run(
      "spinIf",
      Array.from({ length: 2_000 }, () => go),
    ); // until they are as fast as they get
    const shared = Array.from({ length: 60 }, (_, index) => (index === 37 ? spin : go));
    const { parts, outcomes } = await pool.run("spinIf", shared);
    expect(outcomes.slice(0, 38).map(reasonOf)).toEqual([
      ...shared.slice(0, 37).map(() => "ok"),
      "TIME_LIMIT",
    ]);
    expect(outcomes.slice(38).map(reasonOf)).toEqual(shared.slice(38).map(() => "missing"));
    expect(parts.flatMap(({ runMs }) => [...runMs])[37]).toBeGreaterThan(loopLimit.timeLimitMs);
  });

  it("ends an endless loop whose every round takes long", async () => {
    // With V8's defaults the thread goes on for hours: see kernel/v8-flags.ts.
    const pool = await setup(1, { timeLimitMs: 1500 });
    expect((await pool.run("fillForever", [go])).outcomes.map(reasonOf)).toEqual(["TIME_LIMIT"]);
  });

  it("runs the batch behind an endless loop as if nothing had been", async () => {
    const pool = await setup(1, loopLimit);
    const [loop, next] = await Promise.all([pool.run("spinIf", [spin]), pool.run("echo", [go, go])]);
    expect(loop.outcomes.map(reasonOf)).toEqual(["TIME_LIMIT"]);
    expect(next.outcomes).toEqual([go, go]);
  });

  it("replaces workers that are ended one after the other", async () => {
    const pool = await setup(2, { timeLimitMs: 100 });
    for (let round = 0; round < 15; round++) {
      const finished = await Promise.all([pool.run("spinIf", [spin]), pool.run("spinIf", [spin])]);
      expect(finished.map(({ outcomes }) => outcomes.map(reasonOf))).toEqual([
        ["TIME_LIMIT"],
        ["TIME_LIMIT"],
      ]);
    }
    // With the limit of those that spin, an item whose thread is not run for a moment would be ended as well.
    const kernel = await loadProbe();
    expect((await pool.run("echo", [go], { kernel })).outcomes).toEqual([go]);
    expect(pool.stats().restarts).toBe(30);
  });

  it("reports what is finished of a batch while it still runs", async () => {
    const pool = await setup();
    const batch = pool.run("spinIf", [go, go, spin]);
    const first = await pool.firstPart(batch.id);
    expect(first).toMatchObject({ first: 0, done: false });
    expect(first.count).toBeGreaterThan(0);
    pool.cancel(batch.id, 0, 3);
    expect((await batch).outcomes.map(reasonOf)).toEqual(["ok", "ok", "CANCELLED"]);
  });

  it("ends a running item that is cancelled and does not stop by itself", async () => {
    const pool = await setup();
    const batch = pool.run("spinIf", [go, spin, go]);
    await pool.firstPart(batch.id);
    pool.cancel(batch.id, 1, 1);
    const { outcomes, rest } = await batch;
    expect(outcomes.map(reasonOf)).toEqual(["ok", "CANCELLED", "missing"]);
    expect(rest?.reason).toBe("NOT_STARTED");
  });

  it("lets a cancelled item finish that is quick about it", async () => {
    const pool = await setup();
    const batch = pool.run("echo", [go]);
    pool.cancel(batch.id, 0, 1);
    const [outcome] = (await batch).outcomes;
    expect(["ok", "CANCELLED"]).toContain(reasonOf(outcome));
    expect(pool.stats().restarts).toBe(0);
  });

  it("skips items that are cancelled before they start", async () => {
    const pool = await setup();
    const batch = pool.run("work", [someWork, ...Array.from({ length: 8 }, () => go)]);
    pool.cancel(batch.id, 3, 4);
    const { outcomes } = await batch;
    expect(outcomes.map(reasonOf)).toEqual(["ok", "ok", "ok", ...Array(4).fill("CANCELLED"), "ok", "ok"]);
  });

  it("never starts batches that are cancelled while they wait", async () => {
    const pool = await setup();
    // It keeps the worker until it is cancelled, however late that comes.
    const running = pool.run("spinIf", [go, spin]);
    await pool.firstPart(running.id);
    const waiting = [pool.run("echo", [go]), pool.run("echo", [go]), pool.run("echo", [go])];
    for (const { id } of waiting) pool.cancel(id, 0, Infinity);
    for (const { outcomes, rest } of await Promise.all(waiting)) {
      expect(outcomes).toEqual(["missing"]);
      expect(rest).toMatchObject({ code: 1, reason: "CANCELLED" });
    }
    pool.cancel(running.id, 1, 1);
    expect((await running).outcomes.map(reasonOf)).toEqual(["ok", "CANCELLED"]);
  });

  it("ignores the cancelling of what it does not have", async () => {
    const pool = await setup();
    pool.cancel(77, 0, 1);
    expect((await pool.run("echo", [go])).outcomes).toEqual([go]);
  });

  it("does not start items whose deadline has passed", async () => {
    const pool = await setup();
    const { outcomes } = await pool.run("echo", [go, go], { deadlineAt: systemClock.now() - 1 });
    expect(outcomes.map(reasonOf)).toEqual(["DEADLINE", "DEADLINE"]);
    expect(outcomes[0]).toMatchObject({ code: 4 });
  });

  it("ends an item that runs past the deadline", async () => {
    const pool = await setup();
    const { outcomes, rest } = await pool.run("spinIf", [go, spin, go], {
      deadlineAt: systemClock.now() + 400,
    });
    expect(outcomes.map(reasonOf)).toEqual(["ok", "DEADLINE", "missing"]);
    expect(rest?.reason).toBe("NOT_STARTED");
  });

  it("refuses batches whose deadline passes while they wait", async () => {
    const pool = await setup();
    const loop = pool.run("spinIf", [spin]);
    const deadlineAt = systemClock.now() + 30;
    const waiting = [pool.run("echo", [go], { deadlineAt }), pool.run("echo", [go], { deadlineAt })];
    for (const { rest } of await Promise.all(waiting)) expect(rest?.reason).toBe("DEADLINE");
    pool.cancel(loop.id, 0, 1);
    expect((await loop).outcomes.map(reasonOf)).toEqual(["CANCELLED"]);
  });

  it("gives what waits behind a long batch to a worker that is free", async () => {
    const pool = await setup(2, { timeLimitMs: 2000 });
    const long = pool.run("spinIf", [spin]);
    const others = Array.from({ length: 6 }, () => pool.run("echo", [go]));
    const finished = await Promise.all(others);
    expect(finished.every(({ outcomes }) => reasonOf(outcomes[0]) === "ok")).toBe(true);
    expect(finished.flatMap(({ parts }) => parts.map(({ worker }) => worker))).not.toContain(0);
    pool.cancel(long.id, 0, 1);
    expect((await long).outcomes.map(reasonOf)).toEqual(["CANCELLED"]);
  });

  it("runs short batches in the lane while long items hold every worker", async () => {
    const pool = await setup(2);
    const long = [pool.run("spinIf", [spin]), pool.run("spinIf", [spin])];
    for (let round = 0; round < 20; round++) {
      const { outcomes, parts } = await pool.run("echo", [go, go], { shortItems: true });
      expect(outcomes).toEqual([go, go]);
      expect(parts.at(-1)?.worker).toBe(2);
      expect(pool.held()).toBe(true);
    }
    for (const { id } of long) pool.cancel(id, 0, 1);
    for (const { outcomes } of await Promise.all(long)) expect(outcomes.map(reasonOf)).toEqual(["CANCELLED"]);
    await pool.run("echo", [go]);
    expect(pool.held()).toBe(false);
  });

  it("opens a second thread of the lane when the first is held", async () => {
    const pool = await setup(1);
    const held = [pool.run("spinIf", [spin])];
    for (const worker of [1, 2]) {
      const { outcomes, parts } = await pool.run("echo", [go], { shortItems: true });
      expect(outcomes).toEqual([go]);
      expect(parts.at(-1)?.worker).toBe(worker);
      held.push(pool.run("spinIf", [spin], { shortItems: true }));
    }
    const last = pool.run("echo", [go], { shortItems: true });
    for (const { id } of held) pool.cancel(id, 0, 1);
    expect((await last).outcomes).toEqual([go]);
    await Promise.all(held);
  });

  it("hands back what waits behind an item that runs long", async () => {
    const pool = await setup();
    const batch = pool.run("spinIf", [spin, go, go], { divisible: true });
    const { takenBack } = await pool.takenBack(batch.id);
    expect(takenBack).toBe(1);
    pool.cancel(batch.id, 0, 1);
    const { outcomes, rest } = await batch;
    expect(outcomes.map(reasonOf)).toEqual(["CANCELLED", "missing", "missing"]);
    expect(rest?.reason).toBe("NOT_STARTED");
  });

  it("gives a short batch the place of a longer one that lies ready", async () => {
    const pool = await startPool(1);
    const order: string[] = [];
    const running = pool.run("spinIf", [spin]);
    const long = pool.run("echo", [go]).then(() => order.push("long"));
    const short = pool.run("echo", [go], { estimatedMs: 0.1 }).then(() => order.push("short"));
    pool.cancel(running.id, 0, 1);
    await Promise.all([running, long, short]);
    expect(order).toEqual(["short", "long"]);
  });

  it("runs short batches between the items of a longer one", async () => {
    const pool = await setup();
    const items = Array.from({ length: 50_000 }, () => millisecond); // more than there is time for
    let ended = false;
    const long = pool.run("work", items);
    const over = long.finally(() => (ended = true));
    for (let round = 0; round < 20; round++) {
      expect((await pool.run("echo", [go, spin], { estimatedMs: 0.1 })).outcomes).toEqual([go, spin]);
      expect(ended).toBe(false);
    }
    pool.cancel(long.id, 0, items.length);
    const reasons = (await over).outcomes.map(reasonOf);
    expect(new Set(reasons)).toEqual(new Set(["ok", "CANCELLED"]));
  });

  it("runs short batches between the items of one that was falsely thought to be short", async () => {
    const pool = await setup();
    const items = Array.from({ length: 50_000 }, () => millisecond);
    let ended = false;
    const long = pool.run("work", items, { estimatedMs: 0.1 });
    const over = long.finally(() => (ended = true));
    for (let round = 0; round < 20; round++) {
      expect((await pool.run("echo", [go, spin], { estimatedMs: 0.1 })).outcomes).toEqual([go, spin]);
      expect(ended).toBe(false);
    }
    pool.cancel(long.id, 0, items.length);
    await over;
  });

  it("hands back what was made while items were thought to take far less", async () => {
    const pool = await setup(1);
    const items = Array.from({ length: 20_000 }, () => millisecond);
    const options = { estimatedMs: 0.1, divisible: true };
    const [running, ready, waiting] = [0, 1, 2].map(() => pool.run("work", items, options));
    const other = pool.run("echo", [go], options);
    if (running === undefined) return;
    await pool.firstPart(running.id);
    pool.reestimate("work", 1);
    const part = await pool.takenBack(running.id);
    expect(part.takenBack).toBeLessThan(items.length);
    for (const batch of [running, ready, waiting]) expect((await batch)?.rest?.reason).toBe("NOT_STARTED");
    expect((await running).outcomes.map(reasonOf).slice(part.takenBack)).not.toContain("ok");
    expect((await other).outcomes).toEqual([go]);
  });

  it("ends a short batch that runs away between the items of a longer one, and nothing else", async () => {
    const pool = await setup(1, { timeLimitMs: 1_000 });
    const long = pool.run(
      "work",
      Array.from({ length: 100 }, () => millisecond),
    );
    const runaway = await pool.run("spinIf", [go, spin, go], { estimatedMs: 0.1 });
    expect(runaway.outcomes.map(reasonOf)).toEqual(["ok", "TIME_LIMIT", "missing"]);
    const { outcomes, rest } = await long;
    const reasons = outcomes.map(reasonOf);
    expect(reasons.filter((reason) => reason !== "ok" && reason !== "missing")).toEqual([]);
    expect(rest?.reason).toBe(reasons.includes("missing") ? "NOT_STARTED" : undefined);
    expect(pool.stats().restarts).toBe(1);
  });

  it("takes large results of a short batch in the middle of a longer one", async () => {
    const pool = await setup();
    const item = millisecond;
    const long = pool.run(
      "work",
      Array.from({ length: 200 }, () => item),
    );
    const large = Array.from({ length: 8 }, (_, index) => Buffer.alloc(300_000, index));
    const { outcomes } = await pool.run("echo", large, { estimatedMs: 0.1 });
    expect(outcomes.map((outcome) => Buffer.from(outcome as Uint8Array))).toEqual(large);
    expect(new Set((await long).outcomes.map(reasonOf))).toEqual(new Set(["ok"]));
  });

  it("refuses batches beyond its queue", async () => {
    const pool = await setup(1, { timeLimitMs: 300 });
    const runs = Array.from({ length: limits.nodeBatchesMax + 10 }, () => pool.run("spinIf", [spin]));
    const last = await runs.at(-1);
    expect(last?.rest).toMatchObject({ code: 8, reason: "NODE_OVERLOADED" });
    await pool.stop();
    await Promise.all(runs);
  });

  it("makes instances beforehand", async () => {
    const pool = await setup(2);
    await pool.prepare();
    expect(pool.stats().coldStarts).toBeGreaterThanOrEqual(2); // the spare may still be starting
    const { parts } = await pool.run("echo", [go]);
    expect(parts[0]?.coldMs).toBe(0);
  });

  it("tells when an instance cannot be made beforehand, and goes on", async () => {
    const pool = await setup(2);
    const broken = { ...(await loadProbe({ timeLimitMs: 777 })), functions: ["absent"] };
    await expect(pool.prepare(broken)).rejects.toMatchObject({ reason: "BAD_EXPORT" });
    expect((await pool.run("echo", [go])).outcomes).toEqual([go]);
  });

  it("tells times of batches and items", async () => {
    const pool = await setup();
    const [cold] = (await pool.run("work", [someWork])).parts;
    expect(cold?.coldMs).toBeGreaterThan(0);
    expect(cold?.queuedMs).toBeGreaterThan(0);
    expect(cold?.runMs[0]).toBeGreaterThan(0);
    expect(cold?.worker).toBe(0);
  });

  it("hands on what kernels log, before the outcome of the call and at the time it was written", async () => {
    const pool = await setup();
    const before = systemClock.now();
    const outcome = pool.run("logAndTrap", [go, go]);
    const said = outcome.then(() => pool.log.length);
    await outcome;
    expect(await said).toBe(4); // what the kernel says, and the stack of its trap
    const line = { batch: outcome.id, index: 1, level: "error" };
    expect(pool.log[2]).toMatchObject({ ...line, text: "no luck today" });
    expect(pool.log[3]).toMatchObject({
      ...line,
      text: expect.stringMatching(/^function "logAndTrap" trapped/),
    });
    const times = pool.log.map(({ timeMs }) => timeMs);
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times[1]).toBeGreaterThanOrEqual(times[0] ?? Infinity);
    expect(systemClock.now()).toBeGreaterThanOrEqual(times[1] ?? Infinity);
  });

  it("cuts the lines of a call that logs too many, and says how many", async () => {
    const pool = await setup();
    await pool.run("logBytes", [logging(limits.logCallLinesMax + 50, "many"), logging(1, "next")]);
    expect(pool.log.map(({ text, index }) => `${index} ${text}`).slice(limits.logCallLinesMax - 1)).toEqual([
      "0 many",
      `0 50 more lines of this call were dropped; a call may log ${limits.logCallLinesMax}`,
      "1 next",
    ]);
  });

  it("keeps what a call has logged that must be ended", async () => {
    const pool = await setup(1, loopLimit);
    const { outcomes } = await pool.run("logBytes", [logging(3, "before"), logging(2, "the end", true)]);
    expect(outcomes.map(reasonOf)).toEqual(["ok", "TIME_LIMIT"]);
    expect(pool.log.map(({ index, text }) => `${index} ${text}`)).toEqual([
      ...Array.from({ length: 3 }, () => "0 before"),
      ...Array.from({ length: 2 }, () => "1 the end"),
    ]);
  });

  it("says what it lost of a call that must be ended", async () => {
    const pool = await setup(1, loopLimit);
    await pool.run("logBytes", [logging(limits.logCallLinesMax + 7, "x", true)]);
    expect(pool.log.at(-1)?.text).toMatch(/^7 more lines of this call were dropped/);
  });

  it("hands on what a call logs while it still runs", async () => {
    const pool = await setup();
    const running = pool.run("logBytes", [logging(1, "alive", true)]);
    await vi.waitFor(() => expect(pool.log.map(({ text }) => text)).toEqual(["alive"]));
    pool.cancel(running.id, 0, 1);
    expect((await running).outcomes.map(reasonOf)).toEqual(["CANCELLED"]);
  });

  it("takes lines of any bytes and any length", async () => {
    const pool = await setup();
    const odd = [
      ["\0\x1b[2J\r\n", "\0\x1b[2J\r\n"],
      [Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80), "a\ufffd\ufffd(\ufffd\ufffd\ufffd"],
      ["", ""],
      ["\u{1f9f5}".repeat(1000), "\u{1f9f5}".repeat(1000)],
      ["l".repeat(900_000), `${"l".repeat(limits.messageMaxBytes)}… (900000 bytes)`],
    ] as const;
    await pool.run(
      "logBytes",
      odd.map(([text]) => logging(1, text)),
    );
    expect(pool.log.map(({ text }) => text)).toEqual(odd.map(([, text]) => text));
  });

  it("makes a new instance after memory has grown", async () => {
    const pool = await setup();
    const { outcomes } = await pool.run("grow", [go, go, go]);
    expect(outcomes).toEqual([u32(2), u32(2), u32(2)]);
    expect(pool.stats().rebuilds).toBe(2);
  });

  it("stops with work at hand, and says of every item what became of it", async () => {
    const pool = await setup();
    const runs = [
      pool.run("spinIf", [go, spin, go]),
      pool.run("echo", [go]),
      pool.run("echo", [go]),
    ] as const;
    await pool.firstPart(runs[0].id);
    await pool.stop();
    const [running, ...waiting] = await Promise.all(runs);
    expect(running.outcomes.map(reasonOf)).toEqual(["ok", "WORKER_LOST", "missing"]);
    expect(running.rest?.reason).toBe("NOT_STARTED");
    for (const { rest } of waiting) expect(rest?.reason).toBe("NOT_STARTED");
    expect((await pool.run("echo", [go])).rest?.reason).toBe("NOT_STARTED");
    await pool.stop();
  });

  it("stops before it has started, and while it starts", async () => {
    const early = await createProbePool(1);
    await early.stop();
    await expect(early.start()).rejects.toMatchObject({ reason: "NOT_STARTED" });
    const late = await createProbePool(1);
    const starting = late.start();
    const stopping = late.stop();
    await expect(starting).rejects.toMatchObject({ reason: "NOT_STARTED" });
    await stopping;
  });
});
