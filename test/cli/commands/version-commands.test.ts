/** The commands that deploy versions and route calls between them, against a fabric of real processes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openCluster, type Cluster } from "../../support/cluster.ts";
import { capturedMain, type Captured } from "../../support/captured-main.ts";
import { kernelFile, kernelSource } from "../../support/kernels.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { digestOf, stampFile, stampModule } from "../../support/versions.ts";

let cluster: Cluster;
const digests: string[] = [];
beforeAll(async () => {
  cluster = await openCluster({ nodes: 1 });
  for (const number of [1, 2, 3]) digests.push(digestOf(await stampModule(number)));
  return () => cluster.stop();
});

/** Runs a command against the fabric in this process. */
function run(...args: string[]): Promise<Captured> {
  return capturedMain(...args, "--address", cluster.grpc);
}

/** What a command that went well printed. */
async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

/** The first digits of version 1, 2 or 3. */
function short(number: number): string {
  return (digests[number - 1] ?? "").slice(0, 12);
}

/** A fabric on which version 1, then version 2 of `stamp` serve. */
async function twoVersions(): Promise<void> {
  await cluster.fabric.admin.remove("stamp").catch(() => {}); // the test before may have left none
  await said("deploy", await stampFile(1));
  await said("deploy", await stampFile(2));
}

/** The rows of `heddle kernels` without its ages. */
async function rows(...args: string[]): Promise<string[]> {
  const lines = (await said("kernels", ...args)).trimEnd().split("\n");
  return lines.map((line) => line.replace(/ \d+[smh] +/, " ").replace(/  +/g, "  "));
}

describe("heddle deploy", () => {
  it("says what it did, also when nothing was to do", async () => {
    await twoVersions();
    const functions = "stamp/stamp, stamp/toil, stamp/fragile";
    expect(await said("deploy", await stampFile(2))).toBe(
      `already deployed stamp ${short(2)} on 1 node: ${functions}\n`,
    );
    expect(await said("deploy", await stampFile(3), "--canary", "10%")).toBe(
      `deployed stamp ${short(3)} on 1 node: ${functions}\ncalls of stamp: ${short(3)} 10%, ${short(2)} 90%\n`,
    );
    expect(JSON.parse(await said("deploy", await stampFile(3), "--shadow", "5", "--json"))).toMatchObject({
      kernel: "stamp",
      digest: digests[2],
      unchanged: false,
      percent: 0,
      shadowPercent: 5,
      pendingNodes: [],
    });
  });

  it("says what callers would not understand, and goes on with --breaking", async () => {
    await twoVersions();
    const other = await kernelFile("stamp_other");
    const refused = await run("deploy", other);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /FAILED_PRECONDITION INCOMPATIBLE.*was int32 and is string now.*--breaking/,
    );
    expect(await said("deploy", other, "--breaking")).toMatch(/^deployed stamp [0-9a-f]{12} on 1 node/);
  });

  it.each([
    [["--canary", "0"], /--canary must be a share of the calls such as 10%, not "0"/],
    [["--canary", "ten"], /not "ten"/],
    [["--canary", "-5"], /--canary/],
    [["--canary", "100%"], /leave --canary out/],
    [["--shadow", "101%"], /not "101%"/],
    [["--shadow", "5", "--canary", "5"], /either a canary or a shadow/],
    [["--breaking", "--canary", "5"], /leave --breaking out/],
  ])("refuses %j", async (flags, message) => {
    const { code, stderr } = await run("deploy", await stampFile(3), ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("heddle promote", () => {
  it("gives a canary a share, then all calls", async () => {
    await twoVersions();
    await said("deploy", await stampFile(3), "--canary", "10%");
    expect(await said("promote", "stamp", "--percent", "50%")).toBe(
      `stamp: ${short(3)} 50%, ${short(2)} 50%\n`,
    );
    expect(await said("promote", "stamp")).toBe(`stamp: ${short(3)} 100%\n`);
    expect(JSON.parse(await said("promote", "stamp", short(1), "--json"))).toMatchObject({
      name: "stamp",
      digest: digests[0],
    });
  });

  it.each([
    [["promote"], 2, /the kernel is missing/],
    [["promote", "stamp"], 1, /ROUTE_REFUSED.*no version is on trial/],
    [["promote", "nothing"], 1, /KERNEL_NOT_FOUND.*no kernel "nothing"/],
    [["promote", "stamp", "--percent", "0"], 2, /--percent must be a share/],
    [["promote", "stamp", "xyz"], 2, /first hex digits of its digest, not "xyz"/],
    [["promote", "stamp", "0000000"], 2, /has no version that begins with "0000000"; it has: /],
    [["promote", "stamp", "a", "b"], 2, /unexpected argument "b"/],
  ])("refuses %j", async (args, code, message) => {
    await twoVersions();
    expect(await run(...args)).toMatchObject({ code, stderr: expect.stringMatching(message) as string });
  });
});

describe("heddle rollback", () => {
  it("takes a trial back, then goes to the version before, or to one that is named", async () => {
    await twoVersions();
    await said("deploy", await stampFile(3), "--shadow", "5%");
    expect(await said("rollback", "stamp")).toBe(`stamp: ${short(2)} 100%\n`);
    expect(await said("rollback", "stamp")).toBe(`stamp: ${short(1)} 100%\n`);
    const nothing = await run("rollback", "stamp");
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining("ROUTE_REFUSED") as string });
    expect(await said("rollback", "stamp", short(2).toUpperCase())).toBe(`stamp: ${short(2)} 100%\n`);
  });
});

describe("heddle rm", () => {
  it("removes a version that gets no calls, then the kernel", async () => {
    await twoVersions();
    const refused = await run("rm", "stamp", "--digest", short(2));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("serves") as string });
    expect(await said("rm", "stamp", "--digest", short(1))).toBe(`removed stamp: ${short(1)}\n`);
    expect(JSON.parse(await said("rm", "stamp", "--json"))).toEqual({
      kernel: "stamp",
      digests: [digests[1]],
    });
    const gone = await run("invoke", "stamp/stamp", '{"x": 1}');
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("KERNEL_NOT_FOUND") as string });
    expect((await run("rm", "stamp")).code).toBe(1);
  });
});

describe("heddle invoke", () => {
  it("calls the version that is named by the first digits of its digest", async () => {
    await twoVersions();
    const call = ["invoke", "stamp/stamp", '{"x": 5}'];
    expect(JSON.parse(await said(...call))).toEqual({ value: { version: 2, sum: 7 } });
    const first = await said(...call, "--digest", short(1).slice(0, 8));
    expect(JSON.parse(first)).toEqual({ value: { version: 1, sum: 6 } });
    expect(await run(...call, "--digest", "00000000")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no version that begins with "00000000"') as string,
    });
  });
});

describe("heddle kernels", () => {
  it("shows who gets the calls, and with --versions all that are kept", async () => {
    await twoVersions();
    const functions = "stamp, toil, fragile";
    expect(await rows()).toEqual([
      "KERNEL  DIGEST  AGE  SIZE  EFFECTS  TRAFFIC  FUNCTIONS",
      expect.stringMatching(`^stamp  ${short(2)}  [0-9.]+ KiB  pure  100%  ${functions}$`),
    ]);
    await said("deploy", await stampFile(3), "--canary", "10%");
    const both = [
      expect.stringMatching(`^stamp  ${short(2)} .* pure  90%  `) as string,
      expect.stringMatching(`^stamp  ${short(3)} .* pure  10%  `) as string,
    ];
    expect((await rows()).slice(1)).toEqual(both);
    const third = expect.stringMatching(`^stamp  ${short(1)} .* pure  -  `) as string;
    expect((await rows("--versions")).slice(1)).toEqual([...both, third]);
    const [kernel] = JSON.parse(await said("kernels", "--json")) as { versions: unknown[] }[];
    expect(kernel?.versions).toMatchObject([
      { digest: digests[2], percent: 10, shadowPercent: 0, shadow: null, pure: true },
      { digest: digests[1], percent: 90 },
      { digest: digests[0], percent: 0 },
    ]);
  });

  it("shows how a shadow compares, which no caller notices", async () => {
    await twoVersions();
    await said("deploy", await stampFile(3), "--shadow", "100%");
    const xs = Array.from({ length: 100 }, (_, x) => x);
    const inputs = xs.map((x) => ({ x }));
    for await (const { value } of cluster.fabric.map("stamp/stamp", inputs))
      expect(value).toMatchObject({ version: 2 });
    // It traps in the shadow, which is version 3, and in nobody's call.
    expect(await cluster.fabric.invoke("stamp/fragile", { x: 3 })).toBe(3);
    expect(await cluster.fabric.invoke("stamp/fragile", { x: 4 })).toBe(4);
    let report;
    do {
      const { kernel } = await cluster.fabric.admin.kernel("stamp");
      report = kernel?.versions[0]?.shadow;
    } while ((report?.calls ?? 0) < 102);
    expect(report).toMatchObject({ calls: 102, equal: 1, different: 100, failed: 1, skipped: 0 });
    expect(report?.runMs).toBeGreaterThan(0);
    expect(report?.shadowRunMs).toBeGreaterThan(0);
    const lines = await rows();
    expect(lines[2]).toMatch(`stamp  ${short(3)} `);
    expect(lines[2]).toMatch(/ shadow 100% /);
    expect(lines[3]).toMatch(
      new RegExp(
        `^shadow stamp ${short(3)}: 102 compared: 1 equal, 100 different, 1 failed; 0 skipped, time \\d+%$`,
      ),
    );
    expect(lines[4]).toMatch(
      /^ +stamp\/stamp: for \{"x":\d+\} it gave \{"value":\{"version":2,"sum":\d+\}\}; the shadow gave \{"value":\{"version":3,"sum":\d+\}\}$/,
    );
  });
});

describe("heddle deploy --deterministic", () => {
  /** A source whose function gives the mean of numbers, put this way. */
  function meanFile(mean: string): string {
    const file = join(temporaryFolder(), "mean.ts");
    const sum = "let sum: f64 = 0;\n  for (let i = 0; i < values.length; i++) sum += values[i];";
    writeFileSync(
      file,
      `export function mean(values: StaticArray<f64>): f64 {\n  ${sum}\n  return ${mean};\n}\n`,
    );
    return file;
  }

  it("makes versions of a kernel of floats that can be compared by --shadow", async () => {
    const next = meanFile("sum * (1.0 / <f64>values.length)");
    await said("deploy", meanFile("sum / <f64>values.length"), "--deterministic");
    expect(await run("deploy", next, "--shadow", "100%")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/NOT_DETERMINISTIC.*build it with --deterministic/) as string,
    });
    await said("deploy", next, "--deterministic", "--shadow", "100%");
    expect(await said("describe", "mean")).toContain("deterministic");
    const means = [[1, 2], [Infinity, -Infinity], [1, 2, 2], [NaN]];
    for (const values of means) await cluster.fabric.invoke("mean/mean", { values });
    let report;
    do {
      const { kernel } = await cluster.fabric.admin.kernel("mean");
      report = kernel?.versions[0]?.shadow;
    } while ((report?.calls ?? 0) < means.length);
    expect(report).toMatchObject({ calls: 4, equal: 3, different: 1, failed: 0 }); // 5 / 3 and 5 × (1 / 3)
  });

  it("refuses what cannot be made so", async () => {
    const module = await kernelFile("stamp");
    expect(await run("deploy", module, "--deterministic")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--deterministic goes with a .ts source") as string,
    });
    const relaxed = ["deploy", kernelSource("stamp_relaxed"), "--deterministic"];
    expect(await run(...relaxed)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"deterministic" excludes relaxed-simd') as string,
    });
  });
});
