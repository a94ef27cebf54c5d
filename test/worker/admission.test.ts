import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { admitInWorker } from "../../src/worker/admission.ts";
import { endlessStart, moduleWith, refusedAtStart, refusedModules } from "../support/hostile-modules.ts";
import { probeBytes } from "../support/probe-kernel.ts";

/** For threads that hardly get to run. */
const patient = { timeLimitMs: 40_000 };
const unhurried = { timeout: 90_000 };

describe("admitInWorker", () => {
  it("gives the same facts as admission in this thread, and leaves the bytes alone", async () => {
    const bytes = probeBytes();
    const before = bytes.slice();
    expect(await admitInWorker(bytes)).toEqual(admitModule(bytes));
    expect(bytes).toEqual(before);
  });

  // A sample of the table that admitModule is tested with: what differs here is the way the refusal travels.
  it.each([...refusedModules.filter((_, index) => index % 8 === 0), ...refusedAtStart])(
    "refuses: $title",
    async ({ bytes, reason, says }) => {
      const error: unknown = await admitInWorker(bytes).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(HeddleError);
      expect(error).toMatchObject({ reason, rawMessage: expect.stringContaining(says) as unknown });
    },
  );

  it("refuses a start function that does not end", async () => {
    const admitting = admitInWorker(endlessStart, { startTimeLimitMs: 50 });
    await expect(admitting).rejects.toMatchObject({ code: 3, reason: "START_TIMEOUT" });
  });

  it("refuses a module that takes too long to check", async () => {
    // No thread starts within a millisecond, so the time is over before the module is looked at.
    const admitting = admitInWorker(moduleWith({}), { timeLimitMs: 1 });
    await expect(admitting).rejects.toMatchObject({ code: 3, reason: "COMPILE_TIMEOUT" });
  });

  it("hears the thread's answer although the host was busy when the thread ended", unhurried, async () => {
    // The thread's end used to close the port before its last message had been looked at.
    const admitting = admitInWorker(moduleWith({}), patient);
    const busy = setInterval(() => {
      const end = performance.now() + 40;
      while (performance.now() < end);
    }, 1);
    try {
      expect((await admitting).functions).toEqual(["echo"]);
      const refused = admitInWorker(Buffer.from("no module"), patient);
      await expect(refused).rejects.toMatchObject({ reason: "BAD_MODULE" });
    } finally {
      clearInterval(busy);
    }
  });

  it("hears the thread's answer although the host looks only when the time is over", unhurried, async () => {
    // Longer on a machine where the thread takes longer to answer.
    for (let timeLimitMs = 1_000; ; timeLimitMs *= 4) {
      const admitting = admitInWorker(moduleWith({}), { timeLimitMs });
      const end = performance.now() + timeLimitMs + 500;
      while (performance.now() < end);
      try {
        expect((await admitting).functions).toEqual(["echo"]);
        return;
      } catch (error) {
        if (timeLimitMs > 10_000) throw error;
      }
    }
  });

  it("refuses a module above the size cap without starting a thread", async () => {
    const admitting = admitInWorker(new Uint8Array(limits.moduleMaxBytes + 1));
    await expect(admitting).rejects.toMatchObject({ code: 8, reason: "MODULE_TOO_LARGE" });
  });

  it("admits a module with many functions", async () => {
    const body = "(i32.mul (i32.add (local.get 0) (i32.const 7)) (local.get 0))".repeat(1);
    const more = Array.from({ length: 20_000 }, () => `(func (param i32) (result i32) ${body})`).join("\n");
    expect((await admitInWorker(moduleWith({ more }))).functions).toEqual(["echo"]);
  });
});
