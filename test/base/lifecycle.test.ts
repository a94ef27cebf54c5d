import { describe, expect, it } from "vitest";
import { createLifecycle, type LifecyclePart } from "../../src/base/lifecycle.ts";

function setup() {
  const log: string[] = [];
  const part = (name: string, fails: { start?: boolean; stop?: boolean } = {}): LifecyclePart => ({
    async start() {
      await Promise.resolve();
      log.push(`start ${name}`);
      if (fails.start) throw new Error(`${name} does not start`);
    },
    async stop() {
      await Promise.resolve();
      log.push(`stop ${name}`);
      if (fails.stop) throw new Error(`${name} does not stop`);
    },
  });
  return { log, part };
}

/** A part whose start waits until it is let go. */
function setupSlow() {
  const entered = Promise.withResolvers<AbortSignal>();
  const release = Promise.withResolvers<void>();
  const slow: LifecyclePart = {
    start(signal) {
      entered.resolve(signal);
      return release.promise;
    },
  };
  return { slow, entered: entered.promise, release: release.resolve };
}

describe("createLifecycle", () => {
  it("starts in order and stops in reverse order", async () => {
    const { log, part } = setup();
    const life = createLifecycle([part("a"), part("b"), part("c")]);
    await life.start();
    expect(life.state).toBe("running");
    await life.stop();
    expect(life.state).toBe("stopped");
    expect(log).toEqual(["start a", "start b", "start c", "stop c", "stop b", "stop a"]);
  });

  it("does the work once however often it is asked", async () => {
    const { log, part } = setup();
    const life = createLifecycle([part("a")]);
    await Promise.all([life.start(), life.start()]);
    await life.start();
    await Promise.all([life.stop(), life.stop()]);
    await life.stop();
    expect(log).toEqual(["start a", "stop a"]);
  });

  it("stops before start without touching a part, and then refuses to start", async () => {
    const { log, part } = setup();
    const life = createLifecycle([part("a")]);
    await life.stop();
    await expect(life.start()).rejects.toMatchObject({ reason: "CANCELLED" });
    expect(life.state).toBe("stopped");
    expect(log).toEqual([]);
  });

  it("refuses to start again after it was stopped", async () => {
    const { log, part } = setup();
    const life = createLifecycle([part("a")]);
    await life.start();
    await life.stop();
    await expect(life.start()).rejects.toMatchObject({ reason: "CANCELLED" });
    expect(life.state).toBe("stopped");
    expect(log).toEqual(["start a", "stop a"]);
  });

  it("stops what had started when a later part fails to start", async () => {
    const { log, part } = setup();
    const life = createLifecycle([part("a"), part("b"), part("c", { start: true }), part("d")]);
    await expect(life.start()).rejects.toThrow("c does not start");
    expect(life.state).toBe("stopped");
    expect(log).toEqual(["start a", "start b", "start c", "stop b", "stop a"]);
    await life.stop();
    expect(log).toHaveLength(5);
  });

  it("tells both errors when the clean-up of a failed start fails too", async () => {
    const { part } = setup();
    const life = createLifecycle([part("a", { stop: true }), part("b", { start: true })]);
    const error: unknown = await life.start().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AggregateError);
    expect(String(error)).toContain("b does not start");
    expect(String(error)).toContain("a does not stop");
  });

  it("stops every part although one of them fails, and throws its error", async () => {
    const { log, part } = setup();
    const life = createLifecycle([part("a"), part("b", { stop: true }), part("c")]);
    await life.start();
    await expect(life.stop()).rejects.toThrow("b does not stop");
    expect(log.slice(3)).toEqual(["stop c", "stop b", "stop a"]);
    expect(life.state).toBe("stopped");
  });

  it("throws all errors when several parts fail to stop", async () => {
    const { part } = setup();
    const life = createLifecycle([part("a", { stop: true }), part("b", { stop: true })]);
    await life.start();
    await expect(life.stop()).rejects.toMatchObject({
      errors: [new Error("b does not stop"), new Error("a does not stop")],
    });
  });

  it("ends a running start when it is stopped: aborts its signal, starts nothing more, stops what runs", async () => {
    const { log, part } = setup();
    const { slow, entered, release } = setupSlow();
    const life = createLifecycle([part("a"), slow, part("c")]);
    const starting = life.start();
    const refused = expect(starting).rejects.toMatchObject({ reason: "CANCELLED" });
    const signal = await entered;
    expect(life.state).toBe("starting");
    const stopping = life.stop();
    expect(signal.aborted).toBe(true);
    release();
    await stopping;
    await refused;
    expect(log).toEqual(["start a", "stop a"]);
    expect(life.state).toBe("stopped");
  });

  it("takes parts that have only a start or only a stop", async () => {
    const log: string[] = [];
    const life = createLifecycle([
      { start: () => void log.push("start") },
      { stop: () => void log.push("stop") },
    ]);
    await life.start();
    await life.stop();
    expect(log).toEqual(["start", "stop"]);
  });
});
