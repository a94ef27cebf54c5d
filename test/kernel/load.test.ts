import { describe, expect, it } from "vitest";
import { admitModule } from "../../src/kernel/admission.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import { probeBytes } from "../support/probe-kernel.ts";

describe("loadKernel", () => {
  it("gives what workers need", async () => {
    const bytes = probeBytes({ timeLimitMs: 77 });
    const { digest, functions, plan } = admitModule(bytes);
    const kernel = await loadKernel(bytes, digest);
    expect(kernel).toMatchObject({ digest, functions, plan, timeLimitMs: 77, memoryMaxBytes: 64 * 65536 });
    expect(kernel.module).toBeInstanceOf(WebAssembly.Module);
  });

  it("refuses bytes that were damaged on the way, whichever bit it is", async () => {
    const bytes = probeBytes();
    const { digest } = admitModule(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit += 97) {
      const damaged = bytes.slice();
      damaged[bit >>> 3] = (damaged[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(loadKernel(damaged, digest)).rejects.toMatchObject({ reason: "MODULE_CORRUPT" });
    }
  });
});
