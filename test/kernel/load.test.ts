import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { admitModule, digestOf, inspectModule } from "../../src/kernel/admission.ts";
import { loadKernel, loadVerified, type KernelModule } from "../../src/kernel/load.ts";
import { wrapModule } from "../../src/kernel/wrap.ts";
import { Dice } from "../support/dice.ts";
import { randomRawModule } from "../support/random-module.ts";
import { testSeed } from "../support/seed.ts";
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

  it("refuses a module that V8 finds invalid, although its digest is right", async () => {
    const damaged = probeBytes().slice(0, -1);
    await expect(loadKernel(damaged, digestOf(damaged))).rejects.toMatchObject({ reason: "BAD_MODULE" });
  });
});

describe("loadVerified", () => {
  it("gives the same with what admission found in the code as without, for modules made by chance", async () => {
    let restored = 0;
    const property = fc.asyncProperty(fc.integer(), async (seed) => {
      const { bytes } = randomRawModule(new Dice(createSeededRandom(seed)));
      const wrapped = wrapModule(bytes, { name: "random", raw: true });
      const { digest, facts } = admitModule(wrapped);
      const { kernel: told, watch } = await loadVerified(wrapped, digest, facts);
      expect(told.watched).toBeUndefined();
      await watch();
      const plain = await loadKernel(wrapped, digest);
      expect(shapeOf(told)).toEqual(shapeOf(plain));
      expect(told.plan).toEqual(inspectModule(wrapped).kernel.plan);
      if (told.plan.kind === "image") restored++;
    });
    await fc.assert(property, { seed: testSeed, numRuns: 200 });
    expect(restored).toBeGreaterThan(0);
    expect(restored).toBeLessThan(200);
  });
});

function shapeOf({ module, watched, ...rest }: KernelModule) {
  return { ...rest, watched: watched?.plan, exports: exportsOf(module) };
}

function exportsOf(module: WebAssembly.Module): unknown {
  // Not among the declarations that the sources need.
  return (WebAssembly.Module as unknown as { exports(of: WebAssembly.Module): unknown }).exports(module);
}
