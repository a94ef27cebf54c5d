import { mkdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { heddle, startHeddle } from "../../support/heddle-process.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const kernel = `
/* heddle { "timeLimitMs": 300 } */
import { check } from "heddle";

export function half(value: i32): i32 {
  check(value % 2 == 0, "value must be even");
  return value / 2;
}

export function spin(): void {
  while (true) {}
}
`;

const head = `
import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, loadKernel } from "heddle/testing";

interface HalfKernel {
  half(input: { value: number }): Promise<number>;
  spin(): Promise<void>;
}
const half = await loadKernel<HalfKernel>(new URL("half.ts", import.meta.url), { optimize: false });
`;

const passing = `${head}
test("halves", async () => assert.equal(await half.half({ value: 8 }), 4));
test("refuses odd values", () => assert.rejects(half.half({ value: 7 }), { code: Code.INVALID_ARGUMENT }));
test("ends", () => assert.rejects(half.spin(), { reason: "TIME_LIMIT" }));
`;

const failing = `${head}
test("halves wrongly", async () => assert.equal(await half.half({ value: 8 }), 5));
test.skip("does not run", () => {});
`;

/** A folder with these files and nothing else. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe("heddle test", () => {
  it("runs the tests of a folder in which nothing is installed", async () => {
    const folder = folderWith({ "half.ts": kernel, "half.test.ts": passing });
    const { code, stdout, stderr } = await heddle(["test"], { folder });
    expect([code, stderr]).toEqual([0, ""]);
    for (const name of ["halves", "refuses odd values", "ends"]) expect(stdout).toContain(`✔ ${name}`);
  });

  it("ends with 1 when a test fails, and says where", async () => {
    const folder = folderWith({
      "half.ts": kernel,
      "half.test.ts": failing,
      "node_modules/x.test.ts": "broken(",
    });
    const { code, stdout, stderr } = await heddle(["test", folder, "--json"]);
    expect([code, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toEqual({
      files: 1,
      passed: 0,
      failed: 1,
      skipped: 1,
      durationMs: expect.any(Number),
      failures: [
        {
          file: "half.test.ts",
          line: 12,
          name: "halves wrongly",
          message: expect.stringContaining("4 !== 5"),
        },
      ],
    });
  });

  it("runs one file, the test beside a kernel, or the tests of some names", async () => {
    const folder = folderWith({
      "half.ts": kernel,
      "half.test.ts": passing,
      "deep/other.test.ts": "throw 1;",
    });
    const counted = async (...args: string[]): Promise<unknown> => {
      const { passed, failed } = JSON.parse(
        (await heddle(["test", ...args, "--json"], { folder })).stdout,
      ) as {
        passed: number;
        failed: number;
      };
      return [passed, failed];
    };
    expect(await counted("half.test.ts")).toEqual([3, 0]);
    expect(await counted("half.ts", "--grep", "^halves$")).toEqual([1, 0]);
  });

  it.each([
    ["cannot be read", "import {", /Unexpected|Expected/],
    ["ends early", "process.exit(3);", /odd\.test\.ts/],
    [
      "loads what does not build",
      'import "heddle"; import { loadKernel } from "heddle/testing"; await loadKernel("no.ts");',
      /no\.ts:1/,
    ],
  ])("counts a file that %s as failed", async (_what, text, said) => {
    const folder = folderWith({ "odd.test.ts": text, "no.ts": "export function f(): f64 { return x; }" });
    const { code, stdout, stderr } = await heddle(["test", "--json"], { folder });
    const summary = JSON.parse(stdout) as { failed: number };
    expect([code, summary.failed]).toEqual([1, 1]);
    expect((await heddle(["test"], { folder })).stdout + stderr).toMatch(said);
  });

  it.each<[string[], RegExp]>([
    [["nowhere"], /there is no file or folder "nowhere"/],
    [[], /there is no test in \.; the name of a test ends in \.test\.ts/],
    [["kernel.ts"], /kernel\.ts is no test, and there is no kernel\.test\.ts beside it or in a folder/],
    [["a", "b"], /unexpected argument "b"/],
  ])("says what is wrong with %j", async (args, said) => {
    const folder = folderWith({ "kernel.ts": kernel });
    const { code, stdout, stderr } = await heddle(["test", ...args], { folder });
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(said)]);
  });

  it("refuses a pattern that is none", async () => {
    const folder = folderWith({ "half.test.ts": "" });
    expect(await heddle(["test", "--grep", "("], { folder })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^heddle test: --grep: .*Unterminated/),
    });
  });

  it("ends with 130 on Ctrl-C, and the tests with it", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // of a TCP server
    const waiting = `import { connect } from "node:net";
      import { test } from "node:test";
      test("waits", () => new Promise(() => connect(${port}, "127.0.0.1")));`;
    const command = startHeddle(["test"], { folder: folderWith({ "wait.test.ts": waiting }) });
    const [socket] = (await once(server, "connection")) as [Socket];
    socket.on("error", () => {}); // whoever is ended may leave a connection like that
    const gone = once(socket.resume(), "close");
    command.kill("SIGINT");
    expect((await command.closed).code).toBe(130);
    await gone;
  });
});
