import { describe, expect, it } from "vitest";
import { Unavailable, type Bench, type Figure } from "../../bench/harness.ts";
import { readOptions } from "../../bench/options.ts";
import { Suite } from "../../bench/suite.ts";

const outcome = { value: 2, baseline: 1, ratio: 2, details: { headers: [], rows: [] } };

function setup(argv: readonly string[] = [], budgetMs = Infinity) {
  const interrupt = new AbortController();
  const notes: string[] = [];
  const suite = new Suite(readOptions(argv), interrupt.signal, (text) => notes.push(text), budgetMs);
  const figure = (run: (bench: Bench) => void): Figure => ({
    ...{ name: "speed", about: "a ÷ b", unit: "calls/s", target: 1, better: "higher" },
    run: async (bench) => (run(bench), outcome),
  });
  return { suite, interrupt, notes, figure };
}

describe("Suite", () => {
  it("ends what a figure has started before it tells of it", async () => {
    const { suite, figure } = setup();
    const ended: string[] = [];
    const one = figure(({ scope }) => scope.defer(() => void ended.push("one")));
    expect(await suite.measure(one)).toEqual({ kind: "measured", figure: one, outcome });
    expect(ended).toEqual(["one"]);
  });

  it("leaves what figures of a quick run share until the end", async () => {
    const { suite, figure } = setup(["--quick"]);
    const scopes = new Set<AsyncDisposableStack>();
    let ended = 0;
    const one = figure(({ shared }) => {
      if (scopes.size === 0) shared.defer(() => void ended++);
      scopes.add(shared);
    });
    await suite.measure(one);
    await suite.measure(one);
    expect([scopes.size, ended]).toEqual([1, 0]);
    await suite.end();
    expect(ended).toBe(1);
  });

  it("shares nothing in a full run", async () => {
    const { suite, figure } = setup();
    await suite.measure(figure(({ scope, shared }) => expect(shared).toBe(scope)));
    expect.assertions(1);
  });

  it("goes on with new parts after a figure that failed, and says why", async () => {
    const { suite, figure, notes } = setup(["--quick"]);
    const scopes = new Set<AsyncDisposableStack>();
    const broken = figure(({ shared }) => {
      scopes.add(shared);
      throw new Error("a wrong reply");
    });
    expect(await suite.measure(broken)).toEqual({ kind: "failed", figure: broken, why: "a wrong reply" });
    await suite.measure(figure(({ shared }) => void scopes.add(shared)));
    expect(scopes.size).toBe(2);
    expect(notes).toEqual(["bench: speed could not be measured: a wrong reply"]);
  });

  it("skips a figure that needs what the machine lacks", async () => {
    const { suite, figure } = setup();
    const lacking = figure(() => {
      throw new Unavailable("no redis-server");
    });
    expect(await suite.measure(lacking)).toMatchObject({ kind: "skipped", why: "no redis-server" });
  });

  it("ends a figure that takes longer than there is time, and skips those after it", async () => {
    const { suite, figure } = setup(["--quick"], 4_100);
    const long: Figure = {
      ...figure(() => {}),
      run: ({ scope }) =>
        new Promise((_resolve, reject) => scope.defer(() => reject(new Error("its process has gone")))),
    };
    const why =
      "the two minutes of a quick run are too short for all on this machine: npm run bench -- --quick --only speed";
    expect(await suite.measure(long)).toEqual({ kind: "skipped", figure: long, why });
    const next = figure(() => expect.unreachable());
    expect(await suite.measure(next)).toEqual({ kind: "skipped", figure: next, why });
  });

  it("ends all when it is interrupted, and waits for that", async () => {
    const { suite, figure, interrupt } = setup(["--quick"]);
    let ended = 0;
    const stuck = figure(({ scope, shared }) => {
      for (const part of [scope, shared])
        part.defer(() => new Promise((resolve) => setImmediate(() => resolve(void ended++))));
      interrupt.abort();
      throw new Error("its process has gone");
    });
    await expect(suite.measure(stuck)).rejects.toThrow("its process has gone");
    expect(ended).toBe(2);
  });
});
