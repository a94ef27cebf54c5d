/** Sources and settings that are no text, or too much for the compiler: an answer for their author, never a crash. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { buildKernel } from "../../src/compiler/compile.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A folder with the kernel `odd.ts`. */
function folderWith(text: string | Uint8Array): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "odd.ts"), text);
  return folder;
}

const plain = "export function one(): i32 { return 1; }";

describe("buildKernel, of odd files", () => {
  it.each([
    ["an expression", `export function f(a: i32): i32 { return ${"(".repeat(2e4)}a${")".repeat(2e4)}; }`],
    ["blocks", `export function f(): void { ${"{".repeat(2e4)}${"}".repeat(2e4)} }`],
    ["a sum", `export function f(a: i32): i32 { return ${"a+".repeat(3e4)}a; }`],
    [
      "a generic type",
      "function g<T>(x: T, n: i32): i32 { return n == 0 ? 1 : g<Array<T>>([x], n - 1); }\n" +
        "export function f(n: i32): i32 { return g<i32>(1, n); }",
    ],
  ])("says that %s is too deep", async (_what, text) => {
    await expect(buildKernel({ file: join(folderWith(text), "odd.ts") })).rejects.toMatchObject({
      reason: "BUILD_FAILED",
      rawMessage: expect.stringMatching(
        /^odd\.ts {2}the compiler gave up: .*; something is nested too deeply/,
      ),
    });
  });

  it.each([
    ["UTF-16", Buffer.from(`\uFEFF${plain}`, "utf16le")],
    ["Latin 1", Buffer.from(`${plain} // naïve`, "latin1")],
  ])("refuses a source in %s", async (_what, bytes) => {
    await expect(buildKernel({ file: join(folderWith(bytes), "odd.ts") })).rejects.toMatchObject({
      reason: "BUILD_FAILED",
      rawMessage: expect.stringContaining("odd.ts  its text is not UTF-8; save it in that encoding"),
    });
  });

  it("says how many problems there are beyond the first hundred", async () => {
    const lines = Array.from(
      { length: 150 },
      (_, at) => `export function f${at}(): i32 { return missing${at}; }`,
    );
    const built = buildKernel({ file: join(folderWith(lines.join("\n")), "odd.ts") });
    const { rawMessage } = await built.then(
      () => new HeddleError("INTERNAL", "it was built"),
      (error: unknown) => HeddleError.from(error),
    );
    expect(rawMessage.split("\n")).toHaveLength(101);
    expect(rawMessage).toMatch(/odd\.ts:100:\d+ .*\nand 50 more$/);
  });

  it("refuses settings that are a folder", async () => {
    const folder = folderWith(plain);
    mkdirSync(join(folder, "heddle.json"));
    await expect(buildKernel({ file: join(folder, "odd.ts") })).rejects.toMatchObject({
      reason: "BAD_MANIFEST",
      rawMessage: expect.stringContaining("heddle.json: it cannot be read: EISDIR"),
    });
  });
});
