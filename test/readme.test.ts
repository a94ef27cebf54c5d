/**
 * Runs the README: writes the files it shows, types the commands it shows, and compares what they print with what it
 * says they print. Only `npm start` is left out, which has a test of its own kind: it is run whole by the build.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const program = join(root, "bin", "heddle.js");

interface Block {
  readonly language: string;
  readonly title: string | undefined;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: title="([^"]+)")?\n([\s\S]*?)^```$/gm)].map((found) => ({
    language: found[1] ?? "",
    title: found[2],
    text: found[3] ?? "",
  }));
}

interface Step {
  readonly command: string;
  readonly output: string;
}

function stepsOf(block: Block): Step[] {
  return block.text
    .split(/^\$ /m)
    .filter((part) => part !== "")
    .map((part) => {
      const [command = "", ...output] = part.split("\n");
      return { command, output: output.join("\n").trimEnd() };
    });
}

/** The part of a digest that a deploy prints depends on the compiler's version. */
function normal(text: string): string {
  return text.replace(/^deployed (\w+) [0-9a-f]{12}/gm, "deployed $1 <digest>").trimEnd();
}

let folder: string;
let fabric: ChildProcess;
let address: string;

function run(command: string): Promise<string> {
  return new Promise((resolve) => {
    const real = command.replace(
      /^npx heddle /,
      `${JSON.stringify(process.execPath)} ${JSON.stringify(program)} `,
    );
    const line = real.replace(/^node /, `${JSON.stringify(process.execPath)} `);
    const child = spawn("sh", ["-c", `${line} 2>&1`], {
      cwd: folder,
      env: { ...process.env, HEDDLE_ADDRESS: address },
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("close", () => resolve(output));
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-readme-"));
  const argv = [
    "up",
    "--nodes",
    "2",
    "--port",
    "0",
    "--http-port",
    "0",
    "--json",
    "--data",
    join(folder, "data"),
  ];
  fabric = spawn(process.execPath, [program, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: fabric.stdout as Readable });
  const [ready] = await new Promise<[string]>((resolve) => lines.once("line", (line) => resolve([line])));
  address = (JSON.parse(ready) as { grpc: string }).grpc;
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules", "heddle"));
});

afterAll(async () => {
  const gone = new Promise((resolve) => fabric.once("exit", resolve));
  fabric.kill("SIGTERM");
  await gone;
  await rm(folder, { recursive: true, force: true });
});

describe("README.md", () => {
  it("shows files and commands that do what it says", { timeout: 60_000 }, async () => {
    const blocks = blocksOf(await readFile(join(root, "README.md"), "utf8"));
    let commands = 0;
    for (const block of blocks) {
      if (block.title !== undefined) {
        const text = block.text.replace("127.0.0.1:7070", address);
        await writeFile(join(folder, block.title), text);
      }
      if (block.language !== "console") continue;
      for (const step of stepsOf(block)) {
        expect.soft(normal(await run(step.command)), step.command).toBe(normal(step.output));
        commands++;
      }
    }
    expect(commands).toBeGreaterThanOrEqual(5);
  });
});
