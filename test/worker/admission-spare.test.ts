import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { SpareAdmission } from "../../src/worker/admission-spare.ts";
import { moduleWith, refusedAtStart } from "../support/hostile-modules.ts";
import { probeBytes } from "../support/probe-kernel.ts";

function setup(): SpareAdmission {
  const admission = new SpareAdmission();
  onTestFinished(() => admission.close());
  return admission;
}

describe("SpareAdmission", () => {
  it.each([
    ["that was expected", true],
    ["that was not", false],
  ])("admits a module %s", async (_what, expected) => {
    const admission = setup();
    if (expected) admission.expect();
    expect(await admission.admit(probeBytes())).toEqual(admitModule(probeBytes()));
  });

  it("gives each of several modules a thread of its own", async () => {
    const admission = setup();
    admission.expect();
    admission.expect();
    const [hostile] = refusedAtStart;
    const refused = admission.admit(hostile?.bytes ?? new Uint8Array(0));
    const admitted = admission.admit(moduleWith({}));
    await expect(refused).rejects.toMatchObject({ reason: hostile?.reason });
    expect((await admitted).functions).toEqual(["echo"]);
    expect((await admission.admit(moduleWith({}))).functions).toEqual(["echo"]);
  });

  it("keeps its thread for the next module when one is too large to be looked at", async () => {
    const admission = setup();
    admission.expect();
    const large = admission.admit(new Uint8Array(limits.moduleMaxBytes + 1));
    await expect(large).rejects.toMatchObject({ reason: "MODULE_TOO_LARGE" });
    expect((await admission.admit(moduleWith({}))).functions).toEqual(["echo"]);
  });

  it("admits still once it is closed", async () => {
    const admission = setup();
    admission.expect();
    admission.close();
    admission.close();
    admission.expect();
    expect((await admission.admit(moduleWith({}))).functions).toEqual(["echo"]);
  });
});
