import { describe, expect, it } from "vitest";
import { atTurnEnd, TurnEnd } from "../../src/base/turn-end.ts";

/** An event loop by hand: what was put off, and what was done in which turn. */
class Loop {
  readonly done: string[] = [];
  readonly #soon: (() => void)[] = [];
  readonly #atEnd: (() => void)[] = [];
  readonly turnEnd = new TurnEnd(
    (run) => this.#soon.push(run),
    (run) => this.#atEnd.push(run),
  );

  ask(name: string, then: () => void = () => {}): void {
    this.turnEnd.do(() => {
      this.done.push(name);
      then();
    });
  }

  /** A callback of the loop is over. */
  tick(): void {
    for (const run of this.#soon.splice(0)) run();
  }

  /** The turn is over. */
  end(): void {
    this.tick();
    for (const run of this.#atEnd.splice(0)) run();
  }

  /** A turn whose callbacks ask for one job each; gives what was done before its end. */
  turn(...names: string[]): string[] {
    this.done.length = 0;
    for (const name of names) {
      this.ask(name);
      this.tick();
    }
    const before = [...this.done];
    this.end();
    expect(this.done).toEqual(names);
    return before;
  }
}

describe("TurnEnd", () => {
  it("does what a callback asks for together, when the callback is over", () => {
    const loop = new Loop();
    loop.ask("one");
    loop.ask("two");
    expect(loop.done).toEqual([]);
    loop.tick();
    expect(loop.done).toEqual(["one", "two"]);
  });

  it("does what is asked for after that together, at the end of the turn", () => {
    expect(new Loop().turn("one", "two", "three")).toEqual(["one"]);
  });

  it("does what a job asks for right after those that wait", () => {
    const loop = new Loop();
    loop.ask("one", () => loop.ask("three"));
    loop.ask("two");
    loop.tick();
    expect(loop.done).toEqual(["one", "two", "three"]);
    loop.ask("four", () => loop.ask("five"));
    loop.end();
    expect(loop.done).toEqual(["one", "two", "three", "four", "five"]);
  });

  it("cuts quiet turns in two, each of them", () => {
    const loop = new Loop();
    for (let turn = 0; turn < 5; turn++) expect(loop.turn("only")).toEqual(["only"]);
  });

  it("leaves turns whole under load, and tries again ever more rarely", () => {
    const loop = new Loop();
    const cuts: number[] = [];
    for (let turn = 0; turn < 64; turn++) if (loop.turn("one", "two").length > 0) cuts.push(turn);
    expect(cuts).toEqual([0, 2, 5, 10, 19, 36, 53]);
  });

  it("does a lone job soon again once the load is over", () => {
    const loop = new Loop();
    for (let turn = 0; turn < 36; turn++) loop.turn("one", "two");
    const soon = Array.from({ length: 20 }, () => loop.turn("only").length);
    expect(soon.slice(-3)).toEqual([1, 1, 1]);
  });

  it.each(["soon", "at the end"])(
    "does the rest in a later turn when a job throws that is done %s",
    (when) => {
      const loop = new Loop();
      if (when === "at the end") {
        loop.ask("first");
        loop.tick();
      }
      loop.ask("bad", () => {
        throw new Error("bad");
      });
      loop.ask("good");
      expect(() => loop.end()).toThrow("bad");
      loop.end();
      expect(loop.done.slice(-2)).toEqual(["bad", "good"]);
      loop.turn("next");
    },
  );
});

describe("atTurnEnd", () => {
  it("waits for the promises of the callback that asks, and not for the end of the turn", async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve) =>
      setTimeout(() => {
        atTurnEnd(() => seen.push("job"));
        setImmediate(() => {
          seen.push("end");
          resolve();
        });
        void Promise.resolve()
          .then(() => {})
          .then(() => seen.push("promise"));
      }),
    );
    expect(seen).toEqual(["promise", "job", "end"]);
  });
});
