import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { createProgress, progressText, type ProgressOutput } from "../../src/demo/progress.ts";

/** A clock that stands still until it is moved. */
class HandMovedClock implements Clock {
  ms = 5_000;
  now(): number {
    return this.ms;
  }
}

function setup(output: Partial<ProgressOutput> = {}, total = 1000) {
  const clock = new HandMovedClock();
  const written: string[] = [];
  const progress = createProgress({
    total,
    clock,
    output: { ...output, write: (text) => written.push(text) },
  });
  return { clock, written, progress };
}

describe("progressText", () => {
  it.each([
    [{ done: 0, total: 100, elapsedMs: 0 }, "[░░░░░░░░░░] 0 %  0/100  0/s  – left"],
    [
      { done: 40_000, total: 100_000, elapsedMs: 5_000 },
      "[████░░░░░░] 40 %  40,000/100,000  8,000/s  8 s left",
    ],
    [{ done: 999, total: 1000, elapsedMs: 999 }, "[█████████░] 99 %  999/1,000  1,000/s  1 s left"],
    [{ done: 1, total: 100, elapsedMs: 1000 }, "[░░░░░░░░░░] 1 %  1/100  1/s  1 min 39 s left"],
    [{ done: 1, total: 7261, elapsedMs: 1000 }, "[░░░░░░░░░░] 0 %  1/7,261  1/s  2 h 1 min left"],
    [{ done: 100, total: 100, elapsedMs: 2500 }, "[██████████] 100 %  100/100  40/s  done in 2.5 s"],
    [{ done: 0, total: 0, elapsedMs: 0 }, "[██████████] 100 %  0/0  0/s  done in 0.0 s"],
  ])("of %j is %s", (state, text) => {
    expect(progressText(state, 10)).toBe(text);
  });
});

describe("createProgress", () => {
  it("draws over one line of a terminal, at most once in 100 ms", () => {
    const { clock, written, progress } = setup({ isTTY: true, columns: 80 });
    progress.update(1);
    clock.ms += 99;
    progress.update(2);
    expect(written).toHaveLength(1);
    clock.ms += 1;
    progress.update(3);
    expect(written).toHaveLength(2);
    for (const text of written) expect(text).toMatch(/left$/);
    for (const text of written) expect(text.startsWith("\r\u001b[2K[")).toBe(true);
  });

  it("draws the last state when stopped, and once only", () => {
    const { clock, written, progress } = setup({ isTTY: true });
    clock.ms += 2_000;
    progress.update(999);
    progress.update(1000);
    progress.stop();
    progress.stop();
    progress.update(5);
    expect(written).toHaveLength(3);
    expect(written[1]).toContain("1,000/1,000  500/s  done in 2.0 s");
    expect(written[2]).toBe("\n");
  });

  it.each([10, 20, 45, 60])("stays within a terminal of %i columns", (columns) => {
    const { clock, written, progress } = setup({ isTTY: true, columns }, 100_000);
    clock.ms += 3_000;
    progress.update(33_333);
    expect(written[0]?.replace("\r\u001b[2K", "").length).toBeLessThan(columns);
  });

  it("writes a line for every tenth where there is no terminal", () => {
    const { clock, written, progress } = setup();
    for (let done = 1; done <= 1000; done++) {
      clock.ms += 1;
      progress.update(done);
    }
    progress.stop();
    expect(written).toHaveLength(10);
    expect(written[2]).toBe("[███░░░░░░░] 30 %  300/1,000  1,000/s  1 s left\n");
    expect(written[9]).toBe("[██████████] 100 %  1,000/1,000  1,000/s  done in 1.0 s\n");
  });

  it("writes a line where it was stopped early", () => {
    const { written, progress } = setup();
    progress.update(550);
    progress.update(560);
    progress.stop();
    progress.stop();
    expect(written).toHaveLength(2);
    expect(written[1]).toContain("560/1,000");
  });
});
