/** The commands that show what a kernel offers. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSync } from "@grpc/proto-loader";
import { beforeAll, describe, expect, it } from "vitest";
import { capturedMain, type Captured } from "../../support/captured-main.ts";
import { openCluster, type Cluster } from "../../support/cluster.ts";
import { kernelFile, kernelSource } from "../../support/kernels.ts";
import { repository } from "../../support/source-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 1, kernels: ["echo", "work"] });
  return () => cluster.stop();
});

/** Runs a command against the fabric in this process. */
function run(...args: string[]): Promise<Captured> {
  return capturedMain(...args, "--address", cluster.grpc);
}

describe("heddle proto", () => {
  it("prints a file that a stock client loads, whether the kernel is deployed, a module or a source", async () => {
    const { code, stdout, stderr } = await run("proto", "echo");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^syntax = "proto3";\n\npackage echo;\n/);
    const file = join(temporaryFolder(), "echo.proto");
    writeFileSync(file, stdout);
    expect(Object.keys(loadSync(file))).toContain("echo.EchoService");
    expect((await capturedMain("proto", kernelSource("echo"))).stdout).toBe(stdout);
    expect((await capturedMain("proto", await kernelFile("echo"))).stdout).toBe(stdout);
  });

  it("writes it to a file, into a folder, or as JSON", async () => {
    const { stdout } = await run("proto", "echo");
    const folder = temporaryFolder();
    const file = join(folder, "x.proto");
    expect(await run("proto", "echo", "--out", file)).toEqual({
      code: 0,
      stdout: "",
      stderr: `wrote ${file}\n`,
    });
    expect(readFileSync(file, "utf8")).toBe(stdout);
    mkdirSync(join(folder, "protos"));
    await run("proto", "echo", "--out", join(folder, "protos"));
    expect(readFileSync(join(folder, "protos", "echo.proto"), "utf8")).toBe(stdout);
    const json: unknown = JSON.parse((await run("proto", "echo", "--json")).stdout);
    expect(json).toEqual({ kernel: "echo", files: [{ name: "echo.proto", text: stdout }] });
  });

  it("takes a version by the first digits of its digest", async () => {
    const listed = await cluster.fabric.admin.kernels();
    const digest = listed.find(({ name }) => name === "echo")?.digest ?? "";
    for (const digits of [digest, digest.slice(0, 12)]) {
      expect((await run("proto", "echo", "--digest", digits)).code).toBe(0);
    }
    const missing = `${digest.startsWith("0") ? "1" : "0"}`.repeat(12);
    const { code, stderr } = await run("proto", "echo", "--digest", missing);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        `kernel "echo" has no version that begins with "${missing}"; it has: ${digest.slice(0, 12)}`,
      ),
    ]);
  });

  it.each<[string[], number, RegExp]>([
    [[], 2, /the kernel is missing/],
    [["nobody"], 1, /NOT_FOUND KERNEL_NOT_FOUND/],
    [["echo", "--digest", "xyz"], 2, /a version is named by the first hex digits of its digest, not "xyz"/],
    [["missing.ts"], 2, /cannot read missing\.ts/],
    [["missing.wasm"], 2, /cannot read missing\.wasm/],
    [["echo.js"], 2, /a kernel's name, a \.ts, \.wasm or \.wat file is needed, not "echo\.js"/],
    [["echo.ts", "--digest", "12345678"], 2, /--digest goes with a deployed kernel/],
    [["echo", "extra"], 2, /unexpected argument "extra"/],
  ])("says what is wrong with %j", async (args, expected, said) => {
    const { code, stdout, stderr } = await run("proto", ...args);
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toMatch(said);
  });

  it("does not let the name of a file lead out of the folder it writes to", async () => {
    const bytes = readFileSync(await kernelFile("echo"));
    bytes.write("../x.proto", bytes.indexOf("echo.proto")); // as long as the name it takes the place of
    const evil = join(temporaryFolder(), "evil.wasm");
    writeFileSync(evil, bytes);
    const { code, stderr } = await capturedMain("proto", evil, "--out", `${temporaryFolder()}/`);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('the name "../x.proto" of a .proto file leads out'),
    ]);
  });
});

describe("heddle typegen", () => {
  it("prints the types of a kernel, whether it is deployed, a module or a source", async () => {
    const { code, stdout, stderr } = await run("typegen", "work");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("export interface WorkKernel {");
    expect(stdout).toContain("  add(input: AddRequest): Promise<number>;");
    expect((await capturedMain("typegen", kernelSource("work"))).stdout).toBe(stdout);
    const file = join(temporaryFolder(), "types", "work.d.ts");
    const written = await run("typegen", "work", "-o", file);
    expect(written).toEqual({ code: 0, stdout: "", stderr: `wrote WorkKernel to ${file}\n` });
    expect(readFileSync(file, "utf8")).toBe(stdout);
    const json: unknown = JSON.parse((await run("typegen", "work", "--json")).stdout);
    expect(json).toEqual({ kernel: "work", type: "WorkKernel", text: stdout });
  });

  it("takes modules of other languages, and lets what is no function's parameters be left out", async () => {
    const wasi = join(repository, "test", "fixtures", "modules", "caps.wasm");
    expect((await capturedMain("typegen", wasi)).stdout).toContain(
      "  run(input?: RunRequest): Promise<RunResponse>;",
    );
    const raw = join(repository, "kernels", "wat", "numbers.wat");
    expect((await capturedMain("typegen", raw, "--raw")).stdout).toContain(
      "  gcd(input: GcdRequest): Promise<bigint>;",
    );
  });

  it("says that a message may be missing in what modules of other languages give", async () => {
    const proto = join(repository, "kernels", "c", "stats.proto");
    const stats = join(repository, "test", "fixtures", "modules", "stats.wasm");
    const optional = "\n  sizes?: DescribeResponse_Sizes;\n";
    expect((await capturedMain("typegen", stats, "--proto", proto)).stdout).toContain(optional);
    expect((await run("deploy", stats, "--proto", proto)).code).toBe(0);
    expect((await run("typegen", "stats")).stdout).toContain(optional);
    expect((await run("rm", "stats")).code).toBe(0);
  });

  it("says where it cannot write", async () => {
    const { code, stderr } = await run("typegen", "work", "--out", temporaryFolder());
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^heddle typegen: cannot write .*EISDIR/)]);
  });

  it("types what fabric.kernel gives, and it works", async () => {
    const kernel = cluster.fabric.kernel<{ add(input: { a: number; b?: number }): Promise<number> }>("work");
    expect(await kernel.add({ a: 1, b: 2 }, { deadlineMs: 5_000 })).toBe(3);
    const sums = [];
    for await (const sum of kernel.add.map([{ a: 1 }, { a: 2 }])) sums.push(sum);
    expect(sums).toEqual([
      { index: 0, value: 1 },
      { index: 1, value: 2 },
    ]);
    expect(await kernel.add.withStats({ a: 1 })).toMatchObject({ value: 1, stats: { node: "node-1" } });
    const missing = cluster.fabric.kernel("work")["ad"]?.({});
    await expect(missing).rejects.toMatchObject({ reason: "FUNCTION_NOT_FOUND" });
  });
});

describe("heddle describe", () => {
  it("tells people all about a function", async () => {
    const { code, stdout, stderr } = await run("describe", "echo/sum");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^echo\/sum\(.*\): number\n/);
    for (const said of [
      /^limits +10,000 ms and 64 MiB for each call$/m,
      /^effects +pure: may be run again at any time/m,
      /^method +\/echo\.EchoService\/Sum$/m,
      /^ +rpc Sum\(echo\.SumRequest\) returns \(echo\.SumResponse\);$/m,
      /^ +message SumRequest \{$/m,
      /^ +[0-9a-f]{12} +100% /m,
    ]) {
      expect(stdout).toMatch(said);
    }
  });

  it("shows calls that work as they are shown", async () => {
    const { functions } = JSON.parse((await run("describe", "echo", "--json")).stdout) as {
      functions: { name: string; request: unknown; path: string; examples: string[] }[];
    };
    expect(functions.map(({ name }) => name)).toEqual(["echo/echo", "echo/say", "echo/sum"]);
    for (const { name, request, path, examples } of functions) {
      expect((await run("invoke", name, JSON.stringify(request))).code).toBe(0);
      const json = `'${JSON.stringify(request)}'`;
      expect(examples).toEqual([
        `heddle invoke ${name} ${json} --address ${cluster.grpc}`,
        `grpcurl -plaintext -d ${json} ${cluster.grpc} ${path.slice(1)}`,
        `curl -H 'content-type: application/json' -d ${json} http://${cluster.http}/v1/${name}`,
      ]);
    }
  });

  it("gives an overview of a kernel, and one function as JSON", async () => {
    const { stdout } = await run("describe", "work");
    expect(stdout).toMatch(/^kernel work\n/);
    expect(stdout).toMatch(/^ {2}work\/add\(a: number, b: number\): number/m);
    const one: unknown = JSON.parse((await run("describe", "work/add", "--json")).stdout);
    expect(one).toMatchObject({
      name: "work",
      kind: "typed",
      pure: true,
      timeLimitMs: 10_000,
      functions: [{ name: "work/add", result: { type: "number" } }],
    });
  });

  it.each<[string, number, RegExp]>([
    ["nobody", 1, /NOT_FOUND KERNEL_NOT_FOUND/],
    ["work/ad", 1, /NOT_FOUND FUNCTION_NOT_FOUND\] kernel "work" has no function "ad"; it has: add, /],
    ["work/", 2, /"kernel" or "kernel\/function" is needed, not "work\/"/],
    ["/add", 2, /"kernel" or "kernel\/function" is needed/],
    ["a/b/c", 2, /"kernel" or "kernel\/function" is needed/],
  ])("says what is wrong with %j", async (name, expected, said) => {
    const { code, stdout, stderr } = await run("describe", name);
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toMatch(said);
  });
});
