import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../../src/base/version.ts";
import { capturedMain } from "../support/captured-main.ts";
import { freePort } from "../support/fabric-parts.ts";
import { repository } from "../support/source-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const commands = [
  "up",
  "scheduler",
  "node",
  "build",
  "deploy",
  "kernels",
  "invoke",
  "map",
  "bench",
  "nodes",
  "version",
];

describe("main", () => {
  it("lists every command with --help, and as a usage error when there is none", async () => {
    const help = await capturedMain("--help");
    expect([help.code, help.stderr]).toEqual([0, ""]);
    for (const command of commands) expect(help.stdout).toMatch(new RegExp(`^  ${command} +\\S`, "m"));
    expect(await capturedMain()).toEqual({ ...help, code: 2 });
  });

  it.each(commands)("explains %s with its options and an example", async (command) => {
    const { code, stdout, stderr } = await capturedMain(command, "--help");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`\\nusage: heddle ${command} \\[options\\]`));
    expect(stdout).toMatch(/\n {2}--json +\S/);
    expect(stdout).toMatch(new RegExp(`\\nexample:\\n  heddle ${command}( .*)?\\n$`));
    expect(stdout).not.toContain("undefined");
    expect(stdout.split("\n").filter((line) => line.length > 130)).toEqual([]);
  });

  it.each(commands)(
    "gives an example of %s whose options exist and whose files are there",
    async (command) => {
      const { stdout } = await capturedMain(command, "--help");
      const example = /example:\n(.*)\n/.exec(stdout)?.[1] ?? "";
      for (const [, option = ""] of example.matchAll(/ --([a-z-]+)/g))
        expect(stdout).toMatch(new RegExp(`\\n  --${option}\\b`));
      for (const [file] of example.matchAll(/kernels\/\S+\.ts/g))
        expect(existsSync(join(repository, file))).toBe(true);
    },
  );

  it("prints its version", async () => {
    expect(await capturedMain("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const { stdout } = await capturedMain("version", "--json");
    expect(JSON.parse(stdout)).toEqual({ heddle: version, node: process.versions.node });
  });

  it.each([
    ["describe", "--json"],
    ["build", "nowhere.ts", "--json"],
    ["logs", "--json", "--level", "loud"],
  ])("tells scripts of usage as of other errors: heddle %s %s", async (...args) => {
    const { code, stdout, stderr } = await capturedMain(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: "INVALID_ARGUMENT",
        reason: "BAD_REQUEST",
        message: expect.stringContaining(`; see heddle ${args[0]} --help`),
      },
    });
  });

  it.each([
    [["weave"], 'heddle: no command "weave"; see heddle --help'],
    [["nodes", "--colour"], "heddle nodes: unknown option '--colour'; see heddle nodes --help"],
    [["nodes", "extra"], 'heddle nodes: unexpected argument "extra"; see heddle nodes --help'],
    [
      ["nodes", "--address"],
      /^heddle nodes: option '--address <value>' argument missing; see heddle nodes --help$/,
    ],
    [["invoke"], "heddle invoke: the function is missing; see heddle invoke --help"],
    [["map"], "heddle map: the function is missing; see heddle map --help"],
    [["deploy"], "heddle deploy: the source or module is missing; see heddle deploy --help"],
    [["build"], "heddle build: the source or module is missing; see heddle build --help"],
    [["build", "nowhere.ts"], /^heddle build: cannot read nowhere\.ts: ENOENT.*; see heddle build --help$/],
    [
      ["deploy", "nowhere.wasm"],
      /^heddle deploy: cannot read nowhere\.wasm: ENOENT.*; see heddle deploy --help$/,
    ],
    [
      ["invoke", "work/add", "{a: 1}"],
      /^heddle invoke: the request is not JSON: .*; see heddle invoke --help$/,
    ],
    [
      ["invoke", "work/add", "{}", "--deadline", "soon"],
      'heddle invoke: --deadline must be a whole number from 1 to 900000, not "soon"; see heddle invoke --help',
    ],
    [
      ["map", "work/add", "--concurrency", "0"],
      'heddle map: --concurrency must be a whole number from 1 to 1000000, not "0"; see heddle map --help',
    ],
    [
      ["up", "--nodes", "0"],
      'heddle up: --nodes must be a whole number from 1 to 256, not "0"; see heddle up --help',
    ],
    [
      ["up", "--port", "99999"],
      'heddle up: --port must be a whole number from 0 to 65535, not "99999"; see heddle up --help',
    ],
    [
      ["node", "--scheduler", "here"],
      'heddle node: --scheduler wants HOST:PORT, not "here"; see heddle node --help',
    ],
    [
      ["node", "--secret-file", "nowhere"],
      /^heddle node: cannot read the fabric's secret \(ENOENT.*\); name it with --secret-file or HEDDLE_SECRET; see heddle node --help$/,
    ],
  ])("answers %j with one line and exit code 2", async (argv, line) => {
    const data = argv[0] === "up" || argv[0] === "node" ? ["--data", join(temporaryFolder(), "data")] : [];
    const { code, stdout, stderr } = await capturedMain(...argv, ...data);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.endsWith("\n")).toBe(true);
    expect(stderr.trimEnd()).not.toContain("\n");
    if (typeof line === "string") expect(stderr.trimEnd()).toBe(line);
    else expect(stderr.trimEnd()).toMatch(line);
  });

  it.each([["nodes"], ["kernels"], ["invoke", "work/add"], ["map", "work/add"]])(
    "answers %s with one line and exit code 3 when there is no fabric",
    async (...argv) => {
      const address = `127.0.0.1:${await freePort()}`;
      const { code, stdout, stderr } = await capturedMain(...argv, "--address", address);
      expect([code, stdout]).toEqual([3, ""]);
      expect(stderr).toMatch(/^heddle \w+: \[UNAVAILABLE UNREACHABLE\] nothing answers at .*\n$/);
      expect(stderr).toContain(address);
      expect(stderr.trimEnd()).not.toContain("\n");
    },
  );

  it("says what went wrong as JSON to those who asked for JSON", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const { code, stderr } = await capturedMain("nodes", "--json", "--address", address);
    expect(code).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "UNAVAILABLE", reason: "UNREACHABLE" } });
  });
});
