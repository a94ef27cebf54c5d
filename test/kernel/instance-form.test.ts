import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { inspectModule } from "../../src/kernel/admission.ts";
import { createInstance } from "../../src/kernel/instance.ts";
import { FormChoice } from "../../src/kernel/instance-form.ts";
import { formOf } from "../support/instance-forms.ts";
import { probeBytes, probeFunctions } from "../support/probe-kernel.ts";

const admission = inspectModule(probeBytes());
const plain = formOf(admission, "plain");
const watched = formOf(admission, "watched");
const page = 65_536;
const shortMs = limits.watchedCallMaxUs / 2000;
const longMs = limits.watchedCallMaxUs / 500;

function observe(choice: FormChoice, times: number, callMs: number, memoryBytes = page): void {
  for (let count = 0; count < times; count++) choice.observe(callMs, memoryBytes);
}

describe("FormChoice", () => {
  it("changes when calls have been short for a while, and back when they have been long", () => {
    const choice = new FormChoice(plain, watched);
    observe(choice, limits.watchedSamples - 1, shortMs);
    expect(choice.form).toBe(plain);
    observe(choice, 1, shortMs);
    expect(choice.form).toBe(watched);
    observe(choice, 2 * limits.watchedSamples - 1, longMs);
    expect(choice.form).toBe(watched);
    observe(choice, 1, longMs);
    expect(choice.form).toBe(plain);
  });

  it("is not led astray by single calls that took long", () => {
    const choice = new FormChoice(plain, watched);
    for (let count = 0; count < limits.watchedSamples; count++) {
      observe(choice, 2, shortMs);
      observe(choice, 1, 100);
    }
    expect(choice.form).toBe(watched);
  });

  it("takes a call for short by the memory that would have to be cleared", () => {
    const choice = new FormChoice(plain, watched);
    observe(choice, limits.watchedSamples, longMs, 4 * page);
    expect(choice.form).toBe(watched);
  });

  it("stays with the only form there is", () => {
    const choice = new FormChoice(plain, undefined);
    observe(choice, 3 * limits.watchedSamples, shortMs);
    expect(choice.form).toBe(plain);
  });
});

describe("createInstance with two forms", () => {
  it("changes from one to the other between calls, with fresh state in each", () => {
    const sinks = { log: () => {} };
    const instance = createInstance({ ...plain, functions: admission.kernel.functions, sinks, watched });
    const count = (): number[] => {
      const called = instance.call(probeFunctions.indexOf("count"), new Uint8Array(0), 0, 0);
      expect(called).toBe(true);
      return [...instance.bytes.subarray(instance.resultAt, instance.resultAt + instance.resultSize)];
    };
    const once = [1, 0, 0, 0, 1, 0, 0, 0];
    for (const callMs of [shortMs, longMs, shortMs]) {
      for (let calls = 0; calls < 2 * limits.watchedSamples; calls++) {
        expect(count()).toEqual(once);
        instance.observe(callMs);
        instance.reset();
      }
      expect("heddle.mark" in instance.exports).toBe(callMs === shortMs);
    }
    expect(instance.rebuilds).toBe(0);
  });
});
