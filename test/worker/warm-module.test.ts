import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { warmModule } from "../../src/worker/warm-module.ts";

describe("warmModule", () => {
  it.each([0, 1, limits.admissionWarmTurns])("makes a kernel of %i turns that can be admitted", (turns) => {
    const bytes = warmModule(turns);
    expect(admitModule(bytes)).toMatchObject({ functions: ["f"], deterministic: true });
    expect(bytes.length).toBeGreaterThanOrEqual(40 * turns);
  });
});
