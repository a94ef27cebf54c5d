import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openCluster, watchAttempts, type Cluster } from "../../support/cluster.ts";
import { capturedMain, type Captured } from "../../support/captured-main.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, kernels: ["work", "wild", "echo", "patient"] });
  return () => cluster.stop();
});

/** A short load in this process: of all that a command line says, how long it takes is what does not matter here. */
function run(...args: string[]): Promise<Captured> {
  const short = args.includes("--duration") ? [] : ["--duration", "100ms", "--warm-up", "20ms"];
  return capturedMain("bench", ...args, ...short, "--address", cluster.grpc);
}

async function report(...args: string[]): Promise<{ code: number; report: Record<string, unknown> }> {
  const { code, stdout } = await run(...args, "--json");
  return { code, report: JSON.parse(stdout) as Record<string, unknown> }; // one object, whose keys are looked at below
}

const sum = (histogram: unknown): number =>
  (histogram as { count: number }[]).reduce((total, { count }) => total + count, 0);

describe("heddle bench", () => {
  it.each([
    ["calls", ["--concurrency", "8"], { concurrency: 8 }],
    ["rate", ["--rate", "200"], { ratePerSecond: 200, notStarted: 0 }],
    ["map", ["--map"], { concurrency: 16_384 }],
  ])("reports %s as JSON", async (mode, args, expected) => {
    const { code, report: found } = await report("work/add", "--payload", '{"a": 1, "b": 2}', ...args);
    expect(code).toBe(0);
    expect(found).toMatchObject({ function: "work/add", mode, failed: 0, errors: [], interrupted: false });
    expect(found).toMatchObject(expected);
    expect(found["succeeded"]).toBeGreaterThan(0);
    expect(sum(found["histogram"])).toBe(found["succeeded"]);
    expect(found["latencyMs"]).toMatchObject({ p50: expect.any(Number), "p99.9": expect.any(Number) });
  });

  it("prints rate, percentiles and a histogram for people", async () => {
    const { code, stdout, stderr } = await run("echo/echo", "--payload-bytes", "1KiB");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^echo\/echo: 64 in flight, \d+\.\d s\n\n[\d,]+ calls succeeded, [\d,]+\/s; 0 failed\n/,
    );
    expect(stdout).toMatch(/\nmin [\d.]+ {2}mean [\d.]+ {2}p50 .* {2}p99\.9 [\d.]+ {2}max [\d.]+\n/);
    expect(stdout).toMatch(/\n {2}up to +[\d.]+ ms +[\d,]+ {2}#+/);
  });

  it("takes the request from a file", async () => {
    const file = join(temporaryFolder(), "request.json");
    writeFileSync(file, '{"kind": 4}');
    const { code, report: found } = await report("wild/behave", "--payload", `@${file}`);
    expect(code).toBe(1);
    expect(found).toMatchObject({ succeeded: 0, latencyMs: null });
    expect(found["errors"]).toEqual([
      {
        code: "FAILED_PRECONDITION",
        reason: "KERNEL_FAILED",
        count: found["failed"],
        message: "behave was asked to refuse",
      },
    ]);
  });

  it.each(["--map", "--rate=50"])("counts failures with %s", async (mode) => {
    const { code, report: found } = await report("wild/behave", "--payload", '{"kind": 1}', mode);
    expect(code).toBe(1);
    expect(found["errors"]).toMatchObject([{ code: "UNKNOWN", reason: "KERNEL_TRAP" }]);
  });

  it("gives each call its deadline", async () => {
    const { code, report: found } = await report("wild/spin", "--concurrency", "1", "--deadline", "50");
    expect(code).toBe(1);
    expect(found["errors"]).toMatchObject([{ code: "DEADLINE_EXCEEDED" }]);
  });

  it.each([
    [["work/add", "--map", "--rate", "5"], 2, /--rate goes with single calls/],
    [["work/add", "--payload", "{a}"], 2, /the request is not JSON/],
    [["work/add", "--payload", "@no/such.json"], 2, /cannot read no\/such\.json/],
    [["work/add", "--payload", "{}", "--payload-bytes", "8"], 2, /exclude one another/],
    [["work/add", "--payload-bytes", "8"], 2, /work\.AddRequest has none \(its fields: a, b\)/],
    [["work/add", "--payload-bytes", "1GiB"], 2, /at most/],
    [["work/add", "--duration", "soon"], 2, /--duration must be a time such as/],
    [["work/add", "--concurrency", "0"], 2, /--concurrency must be a whole number from 1/],
    [["work/add", "extra"], 2, /unexpected argument "extra"/],
    [[], 2, /the function is missing/],
    [["work/ad"], 1, /FUNCTION_NOT_FOUND/],
    [["work/add", "--payload", '{"c": 1}'], 1, /BAD_PAYLOAD/],
  ])("refuses %j", async (args, expected, said) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toMatch(said);
  });

  it("ends with 3 where nobody listens", async () => {
    expect((await capturedMain("bench", "work/add", "--address", "127.0.0.1:1")).code).toBe(3);
  });

  it.each([[[]], [["--map"]], [["--rate", "100"]]])(
    "prints what it has, and ends with 130, on Ctrl-C with %j",
    async (mode) => {
      const { first: started } = await watchAttempts(
        cluster.fabric,
        (attempt) => attempt.function === "echo/say",
      );
      const args = ["bench", "echo/say", "--payload", '{"text": "hello"}', "--duration", "10min", "--json"];
      const load = cluster.startHeddle([...args, "--warm-up", "0", ...mode]);
      await started;
      load.kill("SIGINT");
      const { code, stdout, stderr } = await load.closed;
      expect([code, stderr]).toEqual([130, ""]);
      expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, failed: 0 });
    },
  );
});
