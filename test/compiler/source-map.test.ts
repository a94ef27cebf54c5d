/** Every way to trap, told with the line it happened in, optimised and not, and with code put in between. */
import { mkdtempSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildKernel, type BuiltKernel } from "../../src/compiler/compile.ts";
import { admitModule, digestOf } from "../../src/kernel/admission.ts";
import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import { parseModule, SectionId } from "../../src/kernel/module.ts";
import { encodeMessage } from "../../src/wire/message.ts";
import { kernelSource } from "../support/kernels.ts";

interface Trapping {
  /** What the caller is told. */
  trap(name: string, request: object): string | undefined;
  readonly log: string[];
}

async function setup({ wasm, schema }: BuiltKernel): Promise<Trapping> {
  const { module, plan, functions } = await loadKernel(wasm, digestOf(wasm));
  const log: string[] = [];
  const sinks = { log: (level: string, text: string): unknown => log.push(`${level} ${text}`) };
  const instance: KernelInstance = createInstance({ module, plan, functions, sinks });
  return {
    log,
    trap(name, value) {
      log.length = 0;
      const request = schema.functions.find((each) => each.name === name)?.request;
      if (request === undefined) throw new Error(`there is no function ${name}`);
      const bytes = encodeMessage(request, value);
      instance.call(functions.indexOf(name), bytes, 0, bytes.length);
      return instance.failure?.message;
    },
  };
}

/** Line and column of a text in a source of the kernel, from 1. */
function placeOf(text: string, file = "traps.ts", occurrence = 1): string {
  const source = readFileSync(join(dirname(kernelSource("traps")), file), "utf8");
  let at = -1;
  for (let left = occurrence; left > 0; --left) at = source.indexOf(text, at + 1);
  const before = source.slice(0, at).split("\n");
  return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

const ways = {
  optimised: { optimize: true },
  "not optimised": { optimize: false },
  deterministic: { manifest: { deterministic: true } },
  "not optimised, deterministic": { optimize: false, manifest: { deterministic: true } },
} as const;
type Way = keyof typeof ways;
const everyWay = Object.keys(ways) as Way[]; // its keys are just these
const builds = new Map<Way, BuiltKernel>();

beforeAll(async () => {
  for (const way of everyWay)
    builds.set(way, await buildKernel({ file: kernelSource("traps"), ...ways[way] }));
});

function builtWith(way: Way): BuiltKernel {
  const built = builds.get(way);
  if (built === undefined) throw new Error("not built");
  return built;
}

const rows: readonly (readonly [name: string, request: object, says: string, place: string])[] = [
  ["index", { where: 4 }, "Index out of range", placeOf("values[where];")],
  ["lastItem", { where: 9 }, "Index out of range", placeOf("list[where]")],
  ["reach", { address: 2 ** 30 }, "memory access out of bounds", placeOf("load<i32>")],
  ["divide", { a: 1, b: 0 }, "divide by zero", placeOf("more / b")],
  ["divide", { a: 2 ** 31 - 2, b: 0 }, "divide by zero", placeOf("more / b")],
  ["stop", {}, "unreachable", placeOf("unreachable();")],
  ["insist", { value: -1 }, "twice must be positive", placeOf("assert(")],
  ["raise", { value: -3 }, "no negatives: -3", placeOf("throw new")],
  ["imported", { where: 2 }, "Index out of range", placeOf("list[where]", "traps/shelf.ts")],
  ["method", { where: 2 }, "Index out of range", placeOf("this.rows[row]", "traps/shelf.ts")],
];

describe.each(everyWay)("a kernel with its source map, %s", (way) => {
  let kernel: Trapping;
  beforeAll(async () => {
    kernel = await setup(builtWith(way));
  });

  it.each(rows)("tells where %s(%j) trapped", (name, request, says, place) => {
    const said = kernel.trap(name, request) ?? "it did not trap";
    expect(said).toContain(`function "${name}" trapped: ${says} at ${place} in `);
    expect(kernel.log).toEqual([expect.stringContaining(`error function "${name}" trapped: ${says}\n`)]);
    expect(kernel.log[0]).toContain(`\n    at ${place} in `);
  });

  it("tells the line of an access that was not checked, inlined or not", () => {
    const line = placeOf("unchecked((values[where]").replace(/:\d+$/, ":");
    expect(kernel.trap("outside", { where: 2 ** 28 })).toContain(
      `trapped: memory access out of bounds at ${line}`,
    );
  });

  it("counts the frames of a recursion in the log", () => {
    const said = kernel.trap("descend", { depth: 1 });
    const again = placeOf("descend(depth + 1)");
    expect(said).toContain(
      `Maximum call stack size exceeded at ${placeOf("descend(")} in descend, called by`,
    );
    expect(kernel.log[0]).toMatch(new RegExp(`\\n    at ${again} in descend \\(\\d+ times\\)`));
  });

  it("says which function of a library was called, behind the author's own line", () => {
    const said = kernel.trap("index", { where: 4 });
    expect(said).toMatch(/ in index(?: \(through ~lib\/staticarray\/StaticArray<f64>#__get\))?$/);
    expect(said).not.toContain("heddle");
    expect(kernel.log[0]).not.toContain("heddle");
  });

  it("tells the line of an access to memory with code put before it", () => {
    const line = placeOf("unchecked((values[where] = scale").replace(/:\d+$/, ":");
    expect(kernel.trap("scaled", { where: 2 ** 28, scale: 1.5 })).toContain(
      `trapped: memory access out of bounds at ${line}`,
    );
    expect(admitModule(builtWith(way).wasm).deterministic).toBe(way.endsWith("deterministic"));
  });

  it("names the function around a line and the one it was inlined into, or its caller", () => {
    const said = kernel.trap("method", { where: 2 });
    expect(said).toMatch(/ in Shelf\.sum(?: \((?:inlined into method|through).*\)|, called by .* in method)/);
  });
});

describe("writeSourceMap", () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  const codeOf = (wasm: Uint8Array): Buffer => {
    const code = parseModule(wasm).sections.find(({ id }) => id === SectionId.CODE);
    return Buffer.from(wasm.subarray(code?.bodyStart, code?.end));
  };

  it("leaves the code as it is", async () => {
    const bare = await buildKernel({ file: kernelSource("traps"), manifest: { sourceMap: "none" } });
    expect(codeOf(bare.wasm).equals(codeOf(builtWith("optimised").wasm))).toBe(true);
    expect(Buffer.from(bare.wasm).includes("heddle.sourcemap")).toBe(false);
    expect((await setup(bare)).trap("index", { where: 4 })).toMatch(
      /trapped: Index out of range \(~lib\/staticarray\.ts:\d+:\d+\) in ".*" \(byte \d+\)/,
    );
  });

  it("gives the same bytes in another folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-map-"));
    folders.push(folder);
    cpSync(dirname(kernelSource("traps")), folder, { recursive: true });
    const again = await buildKernel({ file: join(folder, "traps.ts") });
    expect(Buffer.from(again.wasm).equals(builtWith("optimised").wasm)).toBe(true);
  });

  it("can be kept beside the module, where offsets lead to the same places", async () => {
    const beside = await buildKernel({ file: kernelSource("traps"), manifest: { sourceMap: "beside" } });
    expect(Buffer.from(beside.wasm).includes("heddle.sourcemap")).toBe(false);
    expect(Buffer.from(builtWith("optimised").wasm).includes(beside.sourceMap)).toBe(true);
    expect(JSON.parse(beside.sourceMap)).toMatchObject({
      version: 3,
      sources: expect.arrayContaining(["traps.ts", "traps/shelf.ts"]),
    });
  });
});

describe("a result that cannot be written", () => {
  it("is told without places in what Heddle links in", async () => {
    const { trap, log } = await setup(await buildKernel({ file: kernelSource("unruly") }));
    const said = 'function "holey" trapped: unruly.HoleyResponse.value has an element that was never set';
    expect(trap("holey", {})).toBe(said);
    expect(log).toEqual([`error ${said}`]);
    expect(trap("circle", {})).toMatch(/or is a circle$/);
  });
});

describe("a trap in the start function", () => {
  it("has its line, and no name of a function", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-start-"));
    const file = join(folder, "early.ts");
    writeFileSync(
      file,
      "const a = new StaticArray<i32>(1);\na[3] = 1;\nexport function f(): i32 { return a[0]; }\n",
    );
    try {
      const { wasm } = await buildKernel({ file });
      const { module, plan, functions } = await loadKernel(wasm, digestOf(wasm));
      const start = () => createInstance({ module, plan, functions, sinks: { log: () => undefined } });
      expect(start).toThrow(/the start function trapped: abort at early\.ts:2:1( \(through [^)]*\))?$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
