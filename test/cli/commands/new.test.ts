import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { capturedMain } from "../../support/captured-main.ts";
import { heddle } from "../../support/heddle-process.ts";
import { repository } from "../../support/source-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { typeCheck } from "../../support/type-check.ts";

const tsc = (folder: string): string => typeCheck(folder, [], ["-p", folder]);

describe("heddle new", () => {
  it("makes a folder whose kernel and test are clean for the TypeScript compiler, and whose tests pass", async () => {
    const folder = temporaryFolder();
    const made = await heddle(["new", "word_count"], { folder });
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toContain("try:  cd word_count && heddle test\n      heddle dev word_count.ts\n");
    const kernel = join(folder, "word_count");
    expect([tsc(kernel), tsc(join(kernel, "test"))]).toEqual(["", ""]);
    const tested = await heddle(["test", "word_count", "--json"], { folder });
    expect(JSON.parse(tested.stdout)).toMatchObject({ passed: 3, failed: 0, skipped: 0 });
    expect(
      JSON.parse((await heddle(["test", "word_count/word_count.ts", "--json"], { folder })).stdout),
    ).toMatchObject({ passed: 3 });
  });

  it("lets the TypeScript compiler find mistakes in the kernel and in the test", async () => {
    const kernel = join(temporaryFolder(), "hello");
    expect((await capturedMain("new", "hello", "--dir", kernel)).code).toBe(0);
    const mistake = (file: string, text: string): void => {
      writeFileSync(join(kernel, file), readFileSync(join(kernel, file), "utf8") + text);
    };
    mistake("hello.ts", "export function wrong(): string { check(1); return 5; }\n");
    mistake("test/hello.test.ts", 'await kernel.greet({ name: 1, times: "x" });\n');
    expect(tsc(kernel)).toMatch(/error TS2554[\s\S]*error TS2322/);
    expect(tsc(join(kernel, "test"))).toMatch(/error TS2322/);
  });

  it("prints what it made as JSON, and takes an empty folder", async () => {
    const dir = temporaryFolder();
    const { code, stdout, stderr } = await capturedMain("new", "hello", "--dir", dir, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const made = JSON.parse(stdout) as { files: string[] };
    expect(made).toMatchObject({ kernel: "hello", folder: dir });
    const there = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((path) =>
      /\.\w+$/.test(path),
    );
    expect(made.files).toEqual(there.toSorted());
    const texts = made.files
      .filter((file) => !file.startsWith("types/"))
      .map((file) => readFileSync(join(dir, file), "utf8"));
    expect(texts.join("")).not.toMatch(/kernel_name|KernelName/);
  });

  it.each<[string, RegExp]>([
    ["Word-Count", /kernel name "Word-Count" must be lower snake case .*; "word_count" would do/],
    ["3d", /; "d" would do/],
    ["über", /; "ber" would do/],
    ["_", /; "my_kernel" would do/],
    ["heddle", /kernel name "heddle" is reserved; "my_heddle" would do/],
    ["../evil", /must be lower snake case .*; "evil" would do/],
    ["a".repeat(65), /at most 64 characters; "a{48}" would do/],
  ])("refuses the name %j, and says which would do", async (name, said) => {
    const folder = temporaryFolder();
    const { code, stderr } = await capturedMain("new", name, "--dir", join(folder, "x"));
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(existsSync(join(folder, "x"))).toBe(false);
  });

  it("leaves a folder alone that has something in it, and a file", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "full"));
    writeFileSync(join(folder, "full", "notes"), "mine");
    const { code, stderr } = await capturedMain("new", "hello", "--dir", join(folder, "full"));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/full is not empty, it has notes; choose another/),
    ]);
    expect(readdirSync(join(folder, "full"))).toEqual(["notes"]);
    const inFile = await capturedMain("new", "hello", "--dir", join(folder, "full", "notes"));
    expect([inFile.code, inFile.stderr]).toEqual([
      2,
      expect.stringMatching(/cannot make .*notes: EEXIST|ENOTDIR/),
    ]);
  });
});

describe("the template's declarations", () => {
  it("say of heddle/testing what it is", () => {
    const folder = temporaryFolder();
    const path = (...parts: string[]): string => JSON.stringify(join(repository, ...parts));
    writeFileSync(
      join(folder, "check.ts"),
      `/// <reference path=${path("templates", "kernel", "types", "testing.d.ts")} />
       import type * as declared from "heddle/testing";
       import * as real from ${path("src", "testing.ts")};
       interface Kernel { half(input: { value: number }): Promise<number>; nothing(input?: Record<string, never>): Promise<void> }
       export const load: (source: string | URL | Uint8Array, options?: declared.LoadOptions) => Promise<declared.LoadedKernel<Kernel>> =
         (source, options) => real.loadKernel<Kernel>(source, options);
       export const code: typeof declared.Code = real.Code;
       export const same: typeof real.Code = code;
       export const error: declared.HeddleError = new real.HeddleError("BAD_REQUEST", "x");`,
    );
    const options = [
      "--allowImportingTsExtensions",
      "--skipLibCheck",
      "--types",
      "node",
      "--lib",
      "es2024,esnext",
    ];
    const roots = ["--typeRoots", join(repository, "node_modules", "@types")];
    const globals = join(repository, "src", "kernel", "webassembly.d.ts");
    expect(typeCheck(folder, ["check.ts", globals], [...options, ...roots])).toBe("");
  });
});
