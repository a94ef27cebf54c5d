import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { repository } from "../support/source-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const program = join(repository, "bench", "main.ts");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: Number(code), stdout, stderr };
}

/** Starts a figure and resolves when all its processes run. */
async function startFigure(): Promise<{
  child: ChildProcess;
  temporary: string;
  closed: Promise<unknown[]>;
}> {
  const temporary = temporaryFolder();
  const child = spawn(process.execPath, [program, "--only", "invoke.latency", "--quick"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temporary },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  // All processes of the run write to this pipe or could: it closes when the last of them is gone.
  const closed = once(child, "close");
  child.stdout.resume();
  for await (const line of createInterface({ input: child.stderr })) if (line.includes("warming up")) break;
  child.stderr.resume();
  return { child, temporary, closed };
}

describe("npm run bench", () => {
  it("tells with --help what there is", async () => {
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    for (const word of ["--only", "--json", "--quick", "invoke.throughput", "invoke.latency"]) {
      expect(stdout).toContain(word);
    }
  });

  it.each([
    [["--only", "speed"], 'no figure is named "speed"'],
    [["--fast"], "--fast"],
    [["invoke"], "invoke"],
  ])("ends with 2 for %j", async (args, said) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(said);
  });

  it("leaves no process and no file behind when it is interrupted", { timeout: 240_000 }, async () => {
    const { child, temporary, closed } = await startFigure();
    child.kill("SIGINT");
    expect(await closed).toEqual([130, null]);
    expect(readdirSync(temporary).filter((name) => name.startsWith("heddle-bench-"))).toEqual([]);
  });

  it("leaves no process behind when it is killed", { timeout: 240_000 }, async () => {
    const { child, closed } = await startFigure();
    child.kill("SIGKILL");
    expect(await closed).toEqual([null, "SIGKILL"]);
  });
});
