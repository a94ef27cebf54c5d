import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { LogBudget } from "../../src/executor/log-budget.ts";
import type { LogEntry } from "../../src/worker/pool.ts";
import { connectedExecutor, first } from "../support/held-executor.ts";

const entry: LogEntry = { batch: 1, index: 0, level: "info", text: "hello", timeMs: 12 };

/** An executor that holds an attempt of items [10, 12). */
async function setup() {
  const parts = await connectedExecutor();
  const { scheduler, workers, batches } = parts;
  scheduler.send(7, ["a", "b"], { first: 10 });
  await workers.held(1);
  const batch = first(workers);
  const told = () =>
    scheduler.frames.frames.flatMap((found): unknown[] => {
      if (found.kind === "log") return [found.frame];
      return found.kind === "result" ? ["result"] : [];
    });
  return { ...parts, batch, told, log: (more: Partial<LogEntry>) => batches.log({ ...entry, ...more }) };
}

describe("LogOutlet", () => {
  it("sends the lines of an attempt before its outcome", async () => {
    const { scheduler, workers, batch, log, told } = await setup();
    log({ batch: batch.id, index: 1, level: "error" });
    log({ batch: batch.id + 1, text: "of a batch that is not here" });
    workers.echo(batch);
    log({ batch: batch.id, text: "after the end" });
    await scheduler.frames.count("result", 1);
    expect(told()).toEqual([{ id: 7, index: 11, level: 3, text: "hello", timeMs: 12 }, "result"]);
  });

  it("drops what is above the budget, and says how much before the outcome", async () => {
    const { scheduler, workers, batch, log, told } = await setup();
    const text = "x".repeat(limits.logLineMaxBytes);
    const wanted = Math.ceil(limits.logBurstBytes / text.length) + 10;
    for (let index = 0; index < wanted; index++) log({ batch: batch.id, text });
    workers.echo(batch);
    await scheduler.frames.count("result", 1);
    const all = told();
    const sent = all.length - 2;
    expect(sent).toBeGreaterThan(wanted / 2);
    expect(all.at(-1)).toBe("result");
    expect(all.at(-2)).toMatchObject({
      id: 7,
      level: 2,
      text: expect.stringContaining(`${wanted - sent} lines`),
    });
  });
});

describe("LogBudget", () => {
  it("grants a burst, then so much a second, and saves up no more than a burst", () => {
    let now = 0;
    const budget = new LogBudget({ now: () => now });
    const text = "x".repeat(1000 - 128);
    const granted = () => {
      let lines = 0;
      while (budget.pay(text)) lines++;
      return lines;
    };
    expect(granted()).toBe(Math.floor(limits.logBurstBytes / 1000));
    now += 500;
    expect(granted()).toBe(Math.floor((limits.logBytesPerSecond / 2 + (limits.logBurstBytes % 1000)) / 1000));
    now += 3_600_000;
    expect(granted()).toBe(Math.floor(limits.logBurstBytes / 1000));
    now -= 1000; // a clock that is put back gives nothing
    expect(granted()).toBe(0);
  });
});
