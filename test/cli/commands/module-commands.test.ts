/** `build` and `deploy` with modules of other languages, and what they say to wrong inputs. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { admitModule } from "../../../src/kernel/admission.ts";
import { capturedMain, type Captured } from "../../support/captured-main.ts";
import { openCluster, type Cluster } from "../../support/cluster.ts";
import { fixtureModule } from "../../support/foreign-modules.ts";
import { kernelSource } from "../../support/kernels.ts";
import { repository } from "../../support/source-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 1 });
  return () => cluster.stop();
});

/** Runs a command against the fabric in this process. */
function run(...args: string[]): Promise<Captured> {
  return capturedMain(...args, "--address", cluster.grpc);
}

async function output(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

const example = (name: string) => join(repository, "kernels", name);

/** A fixture as a file of a name. */
function moduleFile(name: "stats" | "caps" | "numbers", as = `${name}.wasm`): string {
  const file = join(temporaryFolder(), as);
  writeFileSync(file, fixtureModule(name));
  return file;
}

describe("heddle deploy", () => {
  it("takes a typed module with a .proto file, a raw one, text and a command", async () => {
    const stats = await output("deploy", moduleFile("stats"), "--proto", example("c/stats.proto"));
    expect(stats).toContain("stats/dot, stats/describe, stats/countWords");
    expect(await output("deploy", example("wat/numbers.wat"), "--raw")).toContain("numbers/gcd");
    expect(await output("deploy", moduleFile("caps", "My-Caps.2.wasm"))).toContain("my_caps_2/run");
    expect(await output("deploy", moduleFile("numbers"), "--raw", "--name", "other")).toContain("other/gcd");
    expect(JSON.parse(await output("invoke", "stats/countWords", '{"text":"a b a"}'))).toEqual({
      counts: { a: 2, b: 1 },
    });
    expect(JSON.parse(await output("invoke", "numbers/gcd", '{"a":"48","b":18}'))).toEqual({ value: "6" });
    expect(JSON.parse(await output("invoke", "numbers/divide", '{"dividend":7,"divisor":2}'))).toEqual({
      value0: 3,
      value1: 1,
    });
    const said = { stdin: Buffer.from("abc").toString("base64"), args: ["upper"] };
    const { stdout } = JSON.parse(await output("invoke", "my_caps_2/run", JSON.stringify(said))) as {
      stdout: string;
    };
    expect(Buffer.from(stdout, "base64").toString()).toBe("ABC");
  });

  it("lets --json scripts read what is deployed", async () => {
    const deployed = JSON.parse(
      await output("deploy", example("wat/numbers.wat"), "--raw", "--name", "again", "--json"),
    ) as object;
    expect(deployed).toMatchObject({
      kernel: "again",
      functions: ["again/gcd", "again/escape", "again/divide"],
    });
  });

  it("maps over a function whose response is a message", async () => {
    await output("deploy", example("wat/numbers.wat"), "--raw");
    const lines = join(temporaryFolder(), "lines.jsonl");
    writeFileSync(lines, '{"dividend":9,"divisor":2}\n{"dividend":1,"divisor":0}\n');
    const { code, stdout } = await run("map", "numbers/divide", lines, "--quiet");
    expect(code).toBe(1);
    expect(stdout.split("\n")[0]).toBe('{"value0":4,"value1":1}');
    expect(stdout.split("\n")[1]).toContain("KERNEL_TRAP");
  });

  it.each<[string, () => string[], number, string]>([
    [
      "nothing said about a module",
      () => [moduleFile("numbers")],
      1,
      "is no WASI command (it exports no _start); deploy it with --raw",
    ],
    [
      "a module of messages without its file",
      () => [moduleFile("stats")],
      1,
      "with --proto FILE when they take and give messages",
    ],
    [
      "raw and messages at once",
      () => [moduleFile("stats"), "--raw", "--proto", example("c/stats.proto")],
      1,
      "give either raw or a .proto file",
    ],
    [
      "a .proto file for another module",
      () => [moduleFile("numbers"), "--proto", example("c/stats.proto")],
      1,
      "it must define one memory, it defines 0",
    ],
    [
      "a .proto file that is none",
      () => [moduleFile("stats"), "--proto", example("c/stats.c")],
      1,
      'it must begin with syntax = "proto3"',
    ],
    [
      "a .proto file that is not there",
      () => [moduleFile("stats"), "--proto", "/nowhere/x.proto"],
      2,
      "cannot read /nowhere/x.proto",
    ],
    [
      "another name than the package",
      () => [moduleFile("stats"), "--proto", example("c/stats.proto"), "--name", "x"],
      1,
      "they have to be the same",
    ],
    ["a name that is none", () => [moduleFile("numbers"), "--raw", "--name", "No"], 1, "RESERVED_NAME"],
    [
      "a reserved name",
      () => [moduleFile("numbers", "metrics.wasm"), "--raw"],
      1,
      'kernel name "metrics" is reserved',
    ],
    [
      "--raw for a source",
      () => [kernelSource("work"), "--raw"],
      2,
      "--raw goes with a module (.wasm, .wat)",
    ],
    [
      "a file of another kind",
      () => [example("c/stats.c")],
      2,
      "a source (.ts), a module (.wasm) or its text (.wat) is needed",
    ],
    ["text that is none", () => [badText()], 1, "BUILD_FAILED"],
    ["--raw without a module", () => ["--raw"], 2, "the source or module is missing"],
  ])("refuses %s", async (_title, args, expected, says) => {
    const { code, stdout, stderr } = await run("deploy", ...args());
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

function badText(): string {
  const file = join(temporaryFolder(), "bad.wat");
  writeFileSync(file, "(module (func (export ");
  return file;
}

describe("heddle build", () => {
  it("completes a module, which is then deployed as it is", async () => {
    const out = join(temporaryFolder(), "kernel.wasm");
    const flags = ["--time-limit", "3s", "--memory-max", "2MiB", "--out", out];
    const { code, stdout } = await capturedMain(
      "build",
      moduleFile("stats"),
      "--proto",
      example("c/stats.proto"),
      ...flags,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("kernel stats");
    const { manifest } = admitModule(readFileSync(out));
    expect(manifest).toMatchObject({ kind: "typed", timeLimitMs: 3000, memoryMaxBytes: 2 * 1024 * 1024 });
    expect(await output("deploy", out)).toContain("stats/dot");
  });

  it("assembles text beside it", async () => {
    const file = join(temporaryFolder(), "numbers.wat");
    copyFileSync(example("wat/numbers.wat"), file);
    expect((await capturedMain("build", file, "--raw")).code).toBe(0);
    expect(admitModule(readFileSync(file.replace(".wat", ".wasm"))).functions).toEqual([
      "gcd",
      "escape",
      "divide",
    ]);
  });

  it("does not write over the module it completes, nor take flags that shape sources", async () => {
    expect((await capturedMain("build", moduleFile("numbers"), "--raw")).stderr).toContain(
      "--out is missing",
    );
    const shaped = await capturedMain(
      "build",
      moduleFile("numbers"),
      "--raw",
      "--runtime",
      "stub",
      "--out",
      "x.wasm",
    );
    expect([shaped.code, shaped.stderr]).toEqual([
      2,
      expect.stringContaining("--runtime goes with a .ts source"),
    ]);
  });
});

describe("--out", () => {
  const source = "export function one(): i32 { return 1; }\n";
  const sourceFile = (): string => {
    const file = join(temporaryFolder(), "kept.ts");
    writeFileSync(file, source);
    return file;
  };

  it.each(["build", "typegen", "proto"])("of heddle %s keeps the source", async (command) => {
    const file = sourceFile();
    const { code, stderr } = await capturedMain(command, file, "--out", join(file, "..", ".", "kept.ts"));
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`would write over ${file}; choose another file`),
    ]);
    expect(readFileSync(file, "utf8")).toBe(source);
  });

  it("of heddle build makes folders, and says what it cannot write", async () => {
    const file = sourceFile();
    const made = join(temporaryFolder(), "a", "b.wasm");
    expect((await capturedMain("build", file, "--out", made)).code).toBe(0);
    expect(readFileSync(made).length).toBeGreaterThan(0);
    const { code, stderr } = await capturedMain("build", file, "--out", temporaryFolder());
    expect([code, stderr]).toEqual([2, expect.stringContaining("cannot write")]);
  });
});
