/**
 * The commands that talk to a fabric. Those that read nothing and end by themselves run in the test's process, since a
 * process for each would take most of the time.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { admitModule } from "../../../src/kernel/admission.ts";
import { openCluster, watchAttempts, type Cluster } from "../../support/cluster.ts";
import { capturedMain, type Captured } from "../../support/captured-main.ts";
import { kernelFile, kernelModule, kernelSource, mixed } from "../../support/kernels.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, kernels: ["work", "wild", "patient"] });
  return () => cluster.stop();
});

/** Runs a command against the fabric in this process. */
function run(...args: string[]): Promise<Captured> {
  return capturedMain(...args, "--address", cluster.grpc);
}

/** The JSON of a command that went well. */
function json({ code, stdout, stderr }: Omit<Captured, "code"> & { readonly code: number | null }): unknown {
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.trimEnd()).not.toContain("\n");
  return JSON.parse(stdout);
}

describe("heddle build", () => {
  it("writes the module and says what is in it", async () => {
    const out = join(temporaryFolder(), "work.wasm");
    const built = json(await capturedMain("build", kernelSource("work"), "--out", out, "--json"));
    const functions = ["add", "mix", "count", "fill", "measure"];
    expect(built).toEqual({ kernel: "work", file: out, bytes: expect.any(Number), functions });
  });

  it("takes flags over what the source says", async () => {
    const out = join(temporaryFolder(), "churn.wasm");
    const flags = ["--runtime", "incremental", "--memory-max", "3MiB", "--time-limit", "2s"];
    json(await capturedMain("build", kernelSource("churn"), "--out", out, "--json", ...flags));
    const { manifest } = admitModule(readFileSync(out));
    expect(manifest).toMatchObject({ memoryMaxBytes: 3 * 1024 * 1024, timeLimitMs: 2000 });
  });

  it.each([
    [["--memory-max", "3MB"], 2, /--memory-max must be a whole number with B, KiB, MiB, GiB .*not "3MB"/],
    [["--time-limit", "soon"], 2, /--time-limit must be .*such as 30s, not "soon"/],
    [["--time-limit", "0"], 1, /"timeLimitMs" must be a whole number from 1/],
    [["--memory-max", "1000"], 1, /"memoryMaxBytes" must be a whole number from 65536/],
    [["--runtime", "fast"], 1, /"runtime" must be one of stub, minimal, incremental, not "fast"/],
    [["--feature", "relaxed-simd,threads"], 1, /"features" has "threads"/],
  ])("refuses %j", async (flags, expected, message) => {
    const out = join(temporaryFolder(), "churn.wasm");
    const { code, stderr } = await capturedMain("build", kernelSource("churn"), "--out", out, ...flags);
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
  });

  it("says in one line where a source that does not compile is wrong", async () => {
    const file = join(temporaryFolder(), "broken.ts");
    writeFileSync(file, "export function add(a: f64): f64 {\n  return b;\n}\n");
    const { code, stdout, stderr } = await capturedMain("build", file);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^heddle build: \[INVALID_ARGUMENT BUILD_FAILED\] .*broken\.ts:2/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe("heddle deploy", () => {
  it("deploys a module, and tells when it is there already", async () => {
    const file = await kernelFile("echo");
    const first = json(await run("deploy", file, "--json"));
    expect(first).toEqual({
      kernel: "echo",
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      functions: ["echo/echo", "echo/say", "echo/sum"],
      unchanged: false,
      percent: 100,
      shadowPercent: 0,
      readyNodes: ["node-1", "node-2"],
      pendingNodes: [],
    });
    const again = await run("deploy", file);
    expect(again.stdout).toMatch(
      /^already deployed echo [0-9a-f]{12} on 2 nodes: echo\/echo, echo\/say, echo\/sum\n$/,
    );
  });

  it("says in one line why a module is refused", async () => {
    const file = join(temporaryFolder(), "broken.wasm");
    writeFileSync(file, "no module");
    const { code, stdout, stderr } = await run("deploy", file);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^heddle deploy: \[INVALID_ARGUMENT BAD_MODULE\] .*\n$/);
  });
});

describe("heddle kernels", () => {
  it("lists what is deployed", async () => {
    const listed = json(await run("kernels", "--json"));
    expect(listed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: "work",
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
          pure: true,
        }),
      ]),
    );
  });
});

describe("heddle nodes", () => {
  it("lists id, address, pid and state of every node", async () => {
    const listed = json(await run("nodes", "--json"));
    expect(listed).toEqual(
      cluster.nodes.map(({ id, pid, address }) =>
        expect.objectContaining({ id, pid, address, state: "ready", workers: 1 }),
      ),
    );
  });

  it("prints a table for people", async () => {
    const { stdout } = await run("nodes");
    const [headers, first] = stdout.split("\n");
    expect(headers).toMatch(/^NODE +STATE +ADDRESS +PID +WORKERS/);
    expect(first).toMatch(/^node-1 +ready +127\.0\.0\.1:\d+ +\d+ +1/);
  });
});

describe("heddle invoke", () => {
  it("prints the response as JSON, and what it took with --stats on stderr", async () => {
    const { code, stdout, stderr } = await run("invoke", "work/add", '{"a": 1, "b": 2.5}', "--stats");
    expect([code, stdout]).toEqual([0, '{"value":3.5}\n']);
    expect(JSON.parse(stderr)).toMatchObject({ node: expect.stringMatching(/^node-[12]$/), attempts: 1 });
  });

  it("reads the request from stdin with -", async () => {
    expect(
      json(await cluster.heddle(["invoke", "work/mix", "-"], { input: '{"seed": 3, "rounds": 5}' })),
    ).toEqual({ value: mixed(3, 5) });
  });

  it("refuses a request from stdin that is not UTF-8", async () => {
    const command = cluster.startHeddle(["invoke", "work/add", "-"]);
    command.stdin.end(Buffer.of(0x7b, 0xff, 0x7d));
    expect(await command.closed).toMatchObject({
      code: 2,
      stderr: "heddle invoke: the request is not UTF-8; see heddle invoke --help\n",
    });
  });

  it("stops waiting for stdin on Ctrl-C", async () => {
    const command = cluster.startHeddle(["invoke", "work/add", "-"]);
    await readsStdin(command.stdin);
    command.kill("SIGINT");
    expect(await command.closed).toMatchObject({ code: 130, stdout: "", stderr: "" });
  });

  it.each([
    [["wild/crash"], "UNKNOWN KERNEL_TRAP"],
    [["wild/spin", "{}", "--deadline", "100"], "DEADLINE_EXCEEDED DEADLINE"],
    [["work/ad"], "NOT_FOUND FUNCTION_NOT_FOUND"],
    [["work/add", '{"c": 1}'], "INVALID_ARGUMENT BAD_PAYLOAD"],
  ])("answers a call that fails, %j, with one line and exit code 1", async (args, status) => {
    const { code, stdout, stderr } = await run("invoke", ...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(new RegExp(`^heddle invoke: \\[${status}\\] .*\\n$`));
  });

  it("takes --address over HEDDLE_ADDRESS", async () => {
    const env = { HEDDLE_ADDRESS: "127.0.0.1:1" };
    const args = ["invoke", "work/add", '{"a": 1}'];
    expect((await cluster.heddle(args, { env })).code).toBe(3);
    expect(json(await cluster.heddle([...args, "--address", cluster.grpc], { env }))).toEqual({ value: 1 });
  });
});

describe("heddle map", () => {
  it("gives a line for every line, in order, and an error for a broken one", async () => {
    const input = ['{"kind": 0}', "{kind}", "", '{"kind": 1}', '{"kynd": 0}', '{"kind": 4}', '{"kind": 0}'];
    const { code, stdout, stderr } = await cluster.heddle(["map", "wild/behave"], {
      input: input.join("\n"),
    });
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const failed = (status: string, reason: string, said: RegExp) => ({
      error: { code: status, reason, message: expect.stringMatching(said) },
    });
    expect(lines).toEqual([
      { value: 0 },
      failed("INVALID_ARGUMENT", "BAD_PAYLOAD", /^line 2: not JSON/),
      failed("UNKNOWN", "KERNEL_TRAP", /^function "behave" trapped/),
      failed("INVALID_ARGUMENT", "BAD_PAYLOAD", /^line 5: wild\.BehaveRequest: unknown field "kynd"/),
      failed("FAILED_PRECONDITION", "KERNEL_FAILED", /^behave was asked to refuse$/),
      { value: 0 },
    ]);
    expect([code, stderr]).toEqual([1, "4 of 6 items failed\n"]);
  });

  // Bad bytes became other characters without a word, and a U+2028 in a string cut its line in two.
  it("takes a line for what its bytes say, and refuses one that is not UTF-8", async () => {
    await cluster.fabric.admin.deploy(await kernelModule("echo"));
    const file = join(temporaryFolder(), "texts.jsonl");
    const bad = Buffer.concat([Buffer.from('{"text": "'), Buffer.of(0xff), Buffer.from('"}\n')]);
    writeFileSync(
      file,
      Buffer.concat([Buffer.from('{"text": "ü\u2028𝄞"}\n'), bad, Buffer.from('{"text": "b"}')]),
    );
    const { code, stdout } = await run("map", "echo/say", file);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { value: "ü\u2028𝄞" },
      { error: { code: "INVALID_ARGUMENT", reason: "BAD_PAYLOAD", message: "line 2: it is not UTF-8" } },
      { value: "b" },
    ]);
    expect(code).toBe(1);
  });

  it("gives nothing for no lines", async () => {
    const file = join(temporaryFolder(), "empty.jsonl");
    writeFileSync(file, "\n");
    expect(await run("map", "work/add", file)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("reads a file, and says when there is none", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "inputs.jsonl");
    writeFileSync(file, '{"a": 1}\n{"a": 2}\n');
    expect((await run("map", "work/add", file)).stdout).toBe('{"value":1}\n{"value":2}\n');
    for (const [missing, why] of [
      [`${file}.not`, "ENOENT"],
      [folder, "it is a folder"],
    ] as const) {
      const { code, stdout, stderr } = await run("map", "work/add", missing);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^heddle map: cannot read .*; see heddle map --help\n$/);
      expect(stderr).toContain(why);
    }
  });

  // It went on to the end of its inputs, for nobody.
  it("ends quietly when its reader has enough", async () => {
    const map = cluster.startHeddle(["map", "work/add"]);
    const endless = setInterval(() => map.stdin.write('{"a": 1}\n'.repeat(1000)), 1);
    onTestFinished(() => clearInterval(endless));
    expect((await map.lines.next()).value).toBe('{"value":1}');
    map.closeStdout();
    expect(await map.closed).toMatchObject({ code: 0, stderr: "" });
  });

  it("ends with 130 on Ctrl-C while it waits for stdin", async () => {
    const { first: started } = await watchAttempts(
      cluster.fabric,
      (attempt) => attempt.function === "work/add",
    );
    const map = cluster.startHeddle(["map", "work/add"]);
    map.stdin.write('{"a": 1}\n');
    await started;
    map.kill("SIGINT");
    expect(await map.closed).toMatchObject({ code: 130, stderr: "" });
  });
});

/** Resolves when a process takes what is written to its stdin: more than a pipe holds. */
function readsStdin(stdin: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => void stdin.write(" ".repeat(1024 * 1024), () => resolve()));
}
