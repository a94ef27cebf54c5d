import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import type { LogEntry } from "../../src/worker/batch.ts";
import { allocateLogRing, LogReader, LogWriter } from "../../src/worker/log-ring.ts";
import { testSeed } from "../support/seed.ts";

function setup() {
  const buffer = allocateLogRing();
  const seen: LogEntry[] = [];
  const state = { now: 5, rung: 0 };
  const writer = new LogWriter(
    buffer,
    () => state.now,
    () => state.rung++,
  );
  const reader = new LogReader(buffer);
  return {
    ...{ writer, state, seen },
    read: () => reader.read((entry) => seen.push(entry)),
    readLast: () => reader.readLast((entry) => seen.push(entry)),
    texts: () => seen.map(({ text }) => text),
  };
}

/** A line of which no more than some dozens fit. */
const large = "x".repeat(limits.logLineMaxBytes);
/** How many of them fit. */
const fits = Math.floor(limits.logRingBytes / (limits.logLineMaxBytes + 32));

describe("LogReader", () => {
  it("gives lines as they were written, however often it looks and the ring turns", () => {
    const line = fc.record({
      batch: fc.oneof(fc.nat(3), fc.constant(2 ** 40)),
      index: fc.nat(3),
      level: fc.constantFrom("debug", "info", "warn", "error"),
      text: fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 40 }),
        fc.nat(2000).map((size) => "é".repeat(size)),
      ),
    });
    const steps = fc.array(fc.oneof(line, fc.constant("read" as const)), { maxLength: 60 });
    const { writer, read, seen } = setup(); // one ring for all runs, so that it turns many times
    fc.assert(
      fc.property(steps, (all) => {
        const wanted: unknown[] = [];
        seen.length = 0;
        for (const step of all) {
          if (step === "read") read();
          else writer.write(step.batch, step.index, step.level, step.text);
          if (step !== "read") wanted.push({ ...step, timeMs: 5 });
        }
        read();
        expect(seen).toEqual(wanted);
        writer.endCall();
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it("says how many lines found no room, where they are missing, and takes those after them", () => {
    const { writer, read, texts } = setup();
    for (let line = 0; line < fits + 10; line++) writer.write(1, line, "info", large);
    read();
    writer.write(1, 99, "info", "later");
    read();
    expect(texts().slice(0, fits)).toEqual(Array.from({ length: fits }, () => large));
    expect(texts().slice(fits)).toEqual([expect.stringMatching(/^10 lines were dropped here/), "later"]);
  });

  it("looks at what was there when it began, so that a writer cannot hold it", () => {
    const buffer = allocateLogRing();
    const writer = new LogWriter(
      buffer,
      () => 0,
      () => {},
    );
    const seen: string[] = [];
    writer.write(1, 0, "info", "first");
    new LogReader(buffer).read(({ text }) => {
      seen.push(text);
      writer.write(1, 0, "info", "more");
    });
    expect(seen).toEqual(["first"]);
  });

  it("gives of a text that is too long whole characters", () => {
    const { writer, read, texts } = setup();
    writer.write(1, 0, "info", `a${"\u{1f9f5}".repeat(limits.logLineMaxBytes)}`);
    read();
    expect(texts()).toEqual([`a${"\u{1f9f5}".repeat(limits.logLineMaxBytes / 4 - 1)}`]);
  });

  it("says of a worker that has ended what it could not", () => {
    const { writer, readLast, seen } = setup();
    for (let line = 0; line < limits.logCallLinesMax + 3; line++) writer.write(1, 7, "info", "x");
    readLast();
    expect(seen).toHaveLength(limits.logCallLinesMax + 1);
    expect(seen.at(-1)).toMatchObject({
      batch: 1,
      index: 7,
      level: "warn",
      text: expect.stringMatching(/^3 /),
    });
  });
});

describe("LogWriter", () => {
  it("rings once when half of the ring is full", () => {
    const { writer, read, state } = setup();
    for (let line = 0; line < fits; line++) writer.write(1, line, "info", large);
    expect(state.rung).toBe(1);
    read();
    for (let line = 0; line < fits; line++) writer.write(2, line, "info", large);
    expect(state.rung).toBe(2);
  });
});
