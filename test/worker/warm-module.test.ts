import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { warmModule } from "../../src/worker/warm-module.ts";

describe("warmModule", () => {
  it.each([
    [1, 0],
    [3, 1],
    [limits.admissionWarmFunctions, limits.admissionWarmTurns],
  ])("makes a kernel of %i functions of %i turns that can be admitted", (functions, turns) => {
    const bytes = warmModule(functions, turns);
    expect(admitModule(bytes)).toMatchObject({ functions: ["f"], deterministic: true });
    expect(bytes.length).toBeGreaterThanOrEqual(40 * functions * turns);
  });
});
