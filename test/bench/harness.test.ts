import { describe, expect, it } from "vitest";
import { interleave, median, ratioOfPairs, repeatPairs, type Subject } from "../../bench/harness.ts";

function setup() {
  const runs: string[] = [];
  const notes: string[] = [];
  const subject = (name: string): Subject<number> => ({
    name,
    measure: (durationMs) => Promise.resolve(runs.push(`${name} ${durationMs}`)),
  });
  return {
    runs,
    notes,
    subjects: [subject("A"), subject("B")],
    note: (text: string) => void notes.push(text),
  };
}

describe("interleave", () => {
  it("warms every subject up, then lets them take turns", async () => {
    const { runs, subjects, note } = setup();
    await interleave(subjects, { warmUpMs: 50, rounds: 2, roundMs: 10 }, note);
    expect(runs).toEqual(["A 50", "B 50", "A 10", "B 10", "A 10", "B 10"]);
  });

  it("gives the samples of each subject in the order of the rounds, without the warm-up's", async () => {
    const { subjects, note } = setup();
    expect(await interleave(subjects, { warmUpMs: 50, rounds: 2, roundMs: 10 }, note)).toEqual([
      [3, 5],
      [4, 6],
    ]);
  });

  it("says where it is", async () => {
    const { subjects, note, notes } = setup();
    await interleave(subjects, { warmUpMs: 50, rounds: 2, roundMs: 10 }, note);
    expect(notes).toEqual(["warming up: A", "warming up: B", "round 1 of 2", "round 2 of 2"]);
  });

  it("ends with the first failure", async () => {
    const { subjects, note } = setup();
    const broken = { name: "C", measure: () => Promise.reject(new Error("a wrong reply")) };
    const plan = { warmUpMs: 50, rounds: 2, roundMs: 10 };
    await expect(interleave([...subjects, broken], plan, note)).rejects.toThrow("a wrong reply");
  });
});

describe("median", () => {
  it.each([
    [[7], 7],
    [[9, 1, 10], 9],
    [[4, 1, 2, 100], 3],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("refuses an empty list", () => {
    expect(() => median([])).toThrow("no values");
  });
});

describe("ratioOfPairs", () => {
  it("divides round by round, so that a slow moment of the machine cancels out", () => {
    expect(ratioOfPairs([40, 4, 44], [10, 1, 11])).toBe(4);
  });

  it("refuses rounds without a partner", () => {
    expect(() => ratioOfPairs([1, 2], [1])).toThrow("2 rounds cannot be paired with 1");
  });
});

describe("repeatPairs", () => {
  it("measures a pair in each round, however short, and keeps the sides apart", async () => {
    let calls = 0;
    const notes: string[] = [];
    const plan = { warmUpMs: 0, rounds: 3, roundMs: 0 };
    const pair = (): Promise<readonly [number, number]> => Promise.resolve([++calls, -calls]);
    const sides = await repeatPairs({ plan, note: (text) => void notes.push(text) }, pair);
    expect(sides).toEqual([
      [1, 2, 3],
      [-1, -2, -3],
    ]);
    expect(notes).toEqual(["round 1 of 3", "round 2 of 3", "round 3 of 3"]);
  });
});
