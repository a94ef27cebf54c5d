/** The examples in other languages, deployed to a fabric and called as their users do. */
import { execFile } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { commandBytes } from "../support/kind-modules.ts";
import { compileC, compiledModule, findClang, fixtureModule } from "../support/foreign-modules.ts";
import { repository } from "../support/source-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const clang = findClang();
const origins = clang === undefined ? (["fixture"] as const) : (["fixture", "source"] as const);
const proto = join(repository, "kernels", "c", "stats.proto");

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2 });
  return () => cluster.stop();
});

function moduleFrom(origin: "fixture" | "source", name: "stats" | "caps"): Uint8Array {
  return origin === "source" && clang !== undefined ? compiledModule(clang, name) : fixtureModule(name);
}

describe.each(origins)("kernels/c, from its %s", (origin) => {
  it("computes with messages in C", async () => {
    const { fabric } = cluster;
    const { kernel } = await fabric.admin.deploy(moduleFrom(origin, "stats"), { proto });
    expect(kernel).toMatchObject({
      name: "stats",
      pure: true,
      capabilities: [],
      service: "stats.StatsService",
    });
    expect(kernel?.functions.map(({ comment }) => comment)[0]).toContain("scalar product");
    const vector = Float64Array.from({ length: 10_000 }, (_, index) => index / 7);
    const dot = vector.reduce((sum, value) => sum + value * value, 0);
    expect(await fabric.invoke("stats/dot", { a: vector, b: vector })).toBe(dot);
    expect(await fabric.invoke("stats/dot", {})).toBe(0);
    const text = "Der schnelle brünette Fuchs\nspringt 😀\n";
    expect(await fabric.invoke("stats/describe", { text })).toEqual({
      sizes: { bytes: Buffer.byteLength(text), characters: [...text].length, words: 6, lines: 2 },
      longest: "schnelle",
    });
    const words = Array.from({ length: 5000 }, (_, index) => `w${(index * index) % 701}`);
    const counts: Record<string, number> = {};
    for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
    expect(await fabric.invoke("stats/countWords", { text: words.join(" ") })).toEqual({ counts });
    await expect(fabric.invoke("stats/dot", { a: [1], b: [] })).rejects.toMatchObject({
      reason: "KERNEL_FAILED",
      rawMessage: "a and b must have the same length",
    });
  });

  it("filters stdin in C", async () => {
    const { fabric } = cluster;
    const { kernel } = await fabric.admin.deploy(moduleFrom(origin, "caps"), { name: "caps" });
    expect(kernel).toMatchObject({ name: "caps", pure: true, capabilities: [] });
    const run = async (given: object) => {
      const { stdout, stderr, exitCode } = await fabric.invoke<RunResponse>("caps/run", given);
      return [Buffer.from(stdout).toString(), Buffer.from(stderr).toString(), exitCode];
    };
    const stdin = Buffer.from("Hello world\nthe end");
    expect(await run({ stdin, args: ["upper"] })).toEqual(["HELLO WORLD\nTHE END", "", 0]);
    expect(await run({ stdin, env: { CAPS_MODE: "count" } })).toEqual(["1 4 19\n", "", 0]);
    expect(await run({ args: ["sideways"] })).toEqual(["", "usage: caps upper|lower|count\n", 2]);
    const long = Buffer.alloc(3_000_000, "abc ");
    expect(await run({ stdin: long, args: ["count"] })).toEqual(["0 750000 3000000\n", "", 0]);
    const inputs = Array.from({ length: 300 }, (_, index) => ({
      stdin: Buffer.from(`n${index}`),
      args: ["upper"],
    }));
    const found: string[] = [];
    for await (const { value } of fabric.map<RunResponse>("caps/run", inputs)) {
      found.push(Buffer.from(value?.stdout ?? []).toString());
    }
    expect(found).toEqual(inputs.map((_, index) => `N${index}`));
  });
});

describe("a command that does not end", () => {
  it.each(["read", "write"])(
    "but %ss for ever is ended by its time limit, and harms no other",
    async (what) => {
      const { fabric } = cluster;
      const endless = commandBytes(
        `(module (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")
          (loop $again (drop (call $${what} (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))) (br $again))))`,
        { timeLimitMs: 300 },
      );
      await fabric.admin.deploy(endless);
      await expect(fabric.invoke("probe/run", {})).rejects.toMatchObject({ reason: "TIME_LIMIT" });
      await fabric.admin.deploy(fixtureModule("caps"), { name: "caps" });
      expect(await fabric.invoke("caps/run", { args: ["count"] })).toMatchObject({ exitCode: 0 });
    },
  );
});

describe("kernels/wat", () => {
  it("computes with numbers", async () => {
    const { fabric } = cluster;
    const { kernel } = await fabric.admin.deploy(fixtureModule("numbers"), { name: "numbers", raw: true });
    expect(kernel).toMatchObject({ name: "numbers", pure: true });
    expect(await fabric.invoke("numbers/gcd", { a: 2n ** 40n * 9n, b: 6n })).toBe(6n);
    expect(await fabric.invoke("numbers/divide", { dividend: -7, divisor: 2 })).toEqual({
      value0: -3,
      value1: -1,
    });
    await expect(fabric.invoke("numbers/divide", { dividend: 1 })).rejects.toMatchObject({
      reason: "KERNEL_TRAP",
    });
    const rows = 40;
    const points = Array.from({ length: rows * rows }, (_, index) => ({
      re: -2 + (index % rows) / 15,
      im: -1.3 + Math.floor(index / rows) / 15,
      limit: 200,
    }));
    const found: unknown[] = [];
    for await (const { value } of fabric.map("numbers/escape", points)) found.push(value);
    expect(found).toEqual(points.map(escape));
  });
});

describe.skipIf(clang === undefined)("heddle.h", () => {
  const twice = join(repository, "test", "fixtures", "modules", "twice.proto");

  it("can be used from C++, and beside a C library", async () => {
    const folder = temporaryFolder();
    const plain = join(folder, "twice.cc");
    writeFileSync(
      plain,
      `#include "heddle.h"
      extern "C" HEDDLE_EXPORT(twice) int32_t twice(const uint8_t *request, uint32_t size) {
        heddle_reader in = heddle_read(request, size);
        heddle_writer out = heddle_write();
        while (heddle_next(&in))
          if (in.field == 1) heddle_put_double(&out, 1, 2 * heddle_get_double(&in));
        return heddle_reply(&out);
      }\n`,
    );
    const withLibrary = join(folder, "twice.c");
    writeFileSync(
      withLibrary,
      `#include "heddle.h"
      #include <math.h>
      #include <string.h>
      static double *calls;
      __attribute__((constructor)) static void begin(void) { calls = malloc(1000); memset(calls, 0, 1000); }
      HEDDLE_EXPORT(twice) int32_t twice(const uint8_t *request, uint32_t size) {
        heddle_reader in = heddle_read(request, size);
        heddle_writer out = heddle_write();
        double *scratch = malloc(100000);
        while (heddle_next(&in))
          if (in.field == 1) scratch[99] = log(exp(heddle_get_double(&in)));
        heddle_put_double(&out, 1, 2 * round(scratch[99]) + calls[0]++);
        free(scratch);
        return heddle_reply(&out);
      }\n`,
    );
    for (const [path, kind] of [
      [plain, "typed"],
      [withLibrary, "library"],
    ] as const) {
      await cluster.fabric.admin.deploy(compileC(clang ?? "", path, kind), { proto: twice });
      for (const value of [1, 20, 300])
        expect(await cluster.fabric.invoke("twice/twice", { value })).toBe(2 * value);
    }
  });
});

describe.skipIf(clang === undefined)("kernels/c/README.md", () => {
  it("shows commands that work", async () => {
    const folder = temporaryFolder();
    cpSync(join(repository, "kernels"), folder, { recursive: true });
    const page = readFileSync(join(folder, "c", "README.md"), "utf8");
    const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
    expect(blocks.length).toBe(3);
    const heddle = `heddle() { "${process.execPath}" "${join(repository, "bin", "heddle.js")}" "$@"; }`;
    const aliased = `clang-19() { "${clang ?? ""}" "$@"; }`;
    const script = ["set -e", heddle, aliased, ...blocks].join("\n");
    const env = { ...process.env, HEDDLE_ADDRESS: cluster.grpc };
    const ran = promisify(execFile)("bash", ["-c", script], { cwd: join(folder, "c"), env });
    const { stdout } = await ran;
    const results = stdout.split("\n").filter((line) => line.startsWith("{"));
    expect(results.map((line) => JSON.parse(line) as unknown)).toEqual([
      { value: 32 },
      { counts: { to: 2, be: 2, or: 1, not: 1 } },
      { value: "6" },
      { stdout: Buffer.from("HELLO\n").toString("base64"), stderr: "", exitCode: 0 },
    ]);
  });
});

interface RunResponse {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

/** What numbers.wat computes. */
function escape({ re, im, limit }: { re: number; im: number; limit: number }): number {
  let [x, y, steps] = [0, 0, 0];
  while (steps < limit && x * x + y * y <= 4) {
    [x, y] = [x * x - y * y + re, 2 * (x * y) + im];
    steps++;
  }
  return steps;
}
