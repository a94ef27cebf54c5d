import { spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { Code, HeddleError, loadKernel, type LoadedKernel, type LoadOptions } from "../src/testing.ts";
import { kernelFile, kernelModule, kernelSource } from "./support/kernels.ts";
import { repository } from "./support/source-files.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

interface UnrulyKernel {
  refuse(input: { code: number; message: string }): Promise<void>;
  root(input: { value: number }): Promise<number>;
  chatter(input: { text: string }): Promise<void>;
  overrun(input: { index: number }): Promise<number>;
  count(): Promise<number>;
}

interface WildKernel {
  spin(input?: Record<string, never>): Promise<void>;
  hoard(): Promise<number>;
  behave(input: { kind: number }): Promise<number>;
}

/** A built kernel of the fixtures, closed when the test has finished. */
async function load<Kernel extends object>(
  name: string,
  options?: LoadOptions,
): Promise<LoadedKernel<Kernel>> {
  const kernel = await loadKernel<Kernel>(await kernelFile(name), options);
  onTestFinished(() => kernel.close());
  return kernel;
}

describe("loadKernel", () => {
  it("gives typed functions in fresh state for every call", async () => {
    const unruly = await load<UnrulyKernel>("unruly");
    expect(await unruly.root({ value: 9 })).toBe(3);
    expect(await Promise.all([unruly.count(), unruly.count(), unruly.count()])).toEqual([1, 1, 1]);
    expectTypeOf(unruly.root).returns.toEqualTypeOf<Promise<number>>();
    // @ts-expect-error a text is no number
    await expect(unruly.root({ value: "9" })).rejects.toMatchObject({ reason: "BAD_PAYLOAD" });
    // @ts-expect-error there is no such function
    expect(unruly.rot).toBe(undefined);
  });

  it("rejects with what a call over a fabric rejects with", async () => {
    const unruly = await load<UnrulyKernel>("unruly");
    const refused = unruly.refuse({ code: Code.NOT_FOUND, message: "no such row" });
    await expect(refused).rejects.toBeInstanceOf(HeddleError);
    await expect(refused).rejects.toMatchObject({
      code: Code.NOT_FOUND,
      reason: "KERNEL_FAILED",
      rawMessage: "no such row",
    });
    await expect(unruly.root({ value: -1 })).rejects.toMatchObject({ code: Code.INVALID_ARGUMENT });
    await expect(unruly.overrun({ index: 9 })).rejects.toMatchObject({ reason: "KERNEL_TRAP" });
    await expect(unruly.call("rot")).rejects.toThrow(
      /kernel "unruly" has no function "rot"; it has: refuse, root/,
    );
  });

  it("ends a call that does not end, and goes on", async () => {
    const wild = await load<WildKernel>("wild", { timeLimitMs: 60_000 });
    await expect(wild.spin(undefined, { deadlineMs: 20 })).rejects.toMatchObject({ reason: "DEADLINE" });
    const signal = AbortSignal.timeout(20);
    await expect(wild.spin(undefined, { signal })).rejects.toMatchObject({ reason: "CANCELLED" });
    await expect(wild.spin(undefined, { signal })).rejects.toMatchObject({ reason: "CANCELLED" });
    expect(await wild.behave({ kind: 0 })).toBe(0);
    const strict = await load<WildKernel>("wild");
    await expect(strict.spin()).rejects.toMatchObject({ reason: "TIME_LIMIT" });
    await expect(strict.hoard()).rejects.toMatchObject({ reason: "MEMORY_LIMIT" });
    expect(await strict.behave({ kind: 0 })).toBe(0);
  });

  it("keeps what was logged", async () => {
    const unruly = await load<UnrulyKernel>("unruly");
    await unruly.chatter({ text: "hello" });
    await expect.poll(() => unruly.logs.length).toBe(5);
    expect(unruly.logs.slice(0, 4)).toEqual(
      ["debug", "info", "warn", "error"].map((level) => ({ level, function: "chatter", text: "hello" })),
    );
    unruly.logs.length = 0;
    await unruly.root({ value: 1 });
    expect(unruly.logs).toEqual([]);
  });

  it("builds a source, by path or address, and takes bytes", async () => {
    const source = kernelSource("echo");
    for (const from of [relative(process.cwd(), source), pathToFileURL(source), pathToFileURL(source).href]) {
      await using echo = await loadKernel(from, { optimize: false });
      expect(await echo.call("say", { text: "hi" })).toBe("hi");
    }
    using echo = await loadKernel(await kernelModule("echo"));
    expect(await echo.call("say", { text: "hi" })).toBe("hi");
  });

  it("says what is wrong with a source, a module or a path", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "broken.ts"), "export function add(a: f64): f64 {\n  return b;\n}\n");
    await expect(loadKernel(join(folder, "broken.ts"))).rejects.toMatchObject({
      reason: "BUILD_FAILED",
      message: expect.stringMatching(/broken\.ts:2:10/),
    });
    await expect(loadKernel(new Uint8Array(8))).rejects.toMatchObject({ reason: "BAD_MODULE" });
    await expect(loadKernel("nowhere.ts")).rejects.toThrow(
      /there is no file \/.*nowhere\.ts; a path is relative/,
    );
    await expect(loadKernel(folder)).rejects.toMatchObject({ reason: "BAD_REQUEST" });
    for (const timeLimitMs of [0, -1, NaN]) {
      await expect(loadKernel(await kernelFile("echo"), { timeLimitMs })).rejects.toMatchObject({
        reason: "BAD_REQUEST",
      });
    }
  });

  it("refuses calls after it was closed", async () => {
    const echo = await loadKernel(await kernelFile("echo"));
    await echo.close();
    await echo.close();
    await expect(echo.call("say", { text: "hi" })).rejects.toMatchObject({ reason: "NOT_STARTED" });
  });

  it("lets functions of its own members' names be called by name", async () => {
    const folder = temporaryFolder();
    const body = ["close", "logs", "then"].map(
      (name) => `export function ${name}(a: i32): i32 { return a + 1; }`,
    );
    writeFileSync(join(folder, "odd.ts"), body.join("\n"));
    const odd = await loadKernel(join(folder, "odd.ts"), { optimize: false });
    expect(await Promise.all(["close", "logs", "then"].map((name) => odd.call(name, { a: 1 })))).toEqual([
      2, 2, 2,
    ]);
    await odd.close();
  });

  // The thread that waits for calls kept the process of a test that did not close its kernel.
  it("does not keep a process alive, nor lets it end before a call has ended", async () => {
    const folder = temporaryFolder();
    copyFileSync(await kernelFile("work"), join(folder, "work.wasm"));
    const library = pathToFileURL(join(repository, "src", "testing.ts")).href;
    writeFileSync(
      join(folder, "use.ts"),
      `import { loadKernel } from ${JSON.stringify(library)};
       const work = await loadKernel("work.wasm");
       console.log(await work.call("add", { a: 1, b: 2 }));`,
    );
    const { status, stdout } = spawnSync(process.execPath, ["use.ts"], { cwd: folder, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, "3\n"]);
  });
});
