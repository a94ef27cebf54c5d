/** Kernels of the library, built with `deterministic`: the same numbers, and every NaN the same. */
import { beforeAll, describe, expect, it } from "vitest";
import { buildKernel } from "../../src/compiler/compile.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { librarySource } from "../support/kernels.ts";
import { openKernelModule, openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";

const names = ["ode", "montecarlo", "linalg"] as const;
const usual = new Map<string, LibraryKernel>();
const deterministic = new Map<string, LibraryKernel>();

beforeAll(async () => {
  for (const name of names) {
    usual.set(name, await openLibraryKernel(name));
    const { wasm } = await buildKernel({ file: librarySource(name), manifest: { deterministic: true } });
    deterministic.set(name, await openKernelModule(wasm));
  }
}, 120_000);

function opened(kernels: ReadonlyMap<string, LibraryKernel>, name: string): LibraryKernel {
  const kernel = kernels.get(name);
  if (kernel === undefined) throw new Error(`${name} is not there`);
  return kernel;
}

/** Calls a function of both builds. */
function both(name: string, method: string, request: object): [usual: unknown, deterministic: unknown] {
  return [opened(usual, name).call(method, request), opened(deterministic, name).call(method, request)];
}

function matrix(size: number, salt: number) {
  const data = Float64Array.from({ length: size * size }, (_, index) => Math.sin(index * 1.7 + salt));
  return { rows: size, cols: size, data };
}

const option = { spot: 100, strike: 105, rate: 0.03, volatility: 0.2, years: 1 };

describe("a deterministic build", () => {
  it.each(names)("of %s is admitted as such, the usual one is not", (name) => {
    expect(admitModule(opened(usual, name).wasm).deterministic).toBe(false);
    expect(admitModule(opened(deterministic, name).wasm).deterministic).toBe(true);
  });

  it.each<[string, string, object]>([
    ["ode", "arenstorf", { tolerance: 1e-9 }],
    ["ode", "pleiades", { tolerance: 1e-8 }],
    ["ode", "vanDerPol", { periods: 1, tolerance: 1e-6 }],
    ["montecarlo", "pi", { seed: 7n, points: 5000 }],
    ["montecarlo", "normals", { seed: 7n, first: 3n, count: 999 }],
    ["montecarlo", "european", { option, seed: 7n, pairs: 500 }],
    ["linalg", "matmul", { a: matrix(33, 1), b: matrix(33, 2) }],
    ["linalg", "solve", { a: matrix(17, 1), b: matrix(17, 2) }],
    ["linalg", "determinant", { a: matrix(20, 3) }],
  ])("of %s gives the same numbers: %s", (name, method, request) => {
    const [one, other] = both(name, method, request);
    expect(other).toEqual(one);
  });

  it("has a NaN where the usual one has some NaN, and the same number elsewhere", () => {
    const a = matrix(9, 1);
    a.data[10] = NaN;
    a.data[40] = Infinity;
    const b = matrix(9, 2);
    b.data[4] = -Infinity;
    const [one, other] = both("linalg", "matmul", { a, b }) as [typeof a, typeof a];
    expect(other).toEqual(one);
    const bits = new BigUint64Array(Float64Array.from(other.data).buffer);
    const seen = new Set(bits.filter((_, index) => Number.isNaN(other.data[index])));
    expect([...seen]).toEqual([0x7ff8000000000000n]);
  });
});
