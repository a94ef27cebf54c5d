import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadChild } from "../support/plain-javascript.ts";
import { repository } from "../support/source-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { createEchoFilter } = await loadChild();
const urlOf = (name: string): string => JSON.stringify(pathToFileURL(join(repository, "bin", name)).href);

/** Starts a program under a parent that uses runChild; answers the parent and the lines that both write. */
function startParent(program: string): { parent: ChildProcess; nextLine: () => Promise<string | undefined> } {
  const folder = temporaryFolder();
  const path = join(folder, "program.mjs");
  writeFileSync(path, program);
  const parentPath = join(folder, "parent.mjs");
  writeFileSync(
    parentPath,
    `import { runChild } from ${urlOf("child.js")};
     const args = ["--import", ${urlOf("parent-watch.js")}, ${JSON.stringify(path)}];
     process.exitCode = await runChild(process.execPath, args);`,
  );
  const parent = spawn(process.execPath, [parentPath], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
  return { parent, nextLine: async () => (await lines.next()).value };
}

// Both write to one pipe, so that "close" comes when the last of the two has gone.
async function end(parent: ChildProcess): Promise<unknown> {
  const [code] = await once(parent, "close");
  return code;
}

describe("runChild", () => {
  it.each([
    ["process.exitCode = 7;", 7],
    ["process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);", 137],
  ])("ends with the code of %s", async (program, expected) => {
    const { parent } = startParent(program);
    expect(await end(parent)).toBe(expected);
  });

  it("passes a signal on", async () => {
    const { parent, nextLine } = startParent(`
      process.on("SIGINT", () => { console.log("SIGINT"); process.exit(130); });
      setInterval(() => {}, 1000);
      console.log("ready");`);
    expect(await nextLine()).toBe("ready");
    const ended = end(parent);
    parent.kill("SIGINT");
    expect(await nextLine()).toBe("SIGINT");
    expect(await ended).toBe(130);
  });

  it("gives the child a process group of its own, which Ctrl-C in a terminal does not reach", async () => {
    const { parent, nextLine } = startParent(`setInterval(() => {}, 1000); console.log(process.pid);`);
    const pid = Number(await nextLine());
    // Signal 0 to a group only asks whether there is one of that number.
    expect(process.kill(-pid, 0)).toBe(true);
    const ended = end(parent);
    parent.kill("SIGTERM");
    expect(await ended).toBe(143);
  });

  it.each([
    ["", "one that leaves SIGTERM alone"],
    ["process.on('SIGTERM', () => {});", "one that ignores SIGTERM"],
  ])("takes the child with it when it is killed: %s %s", async (listener) => {
    const { parent, nextLine } = startParent(
      `${listener} setInterval(() => {}, 1000); console.log(process.pid);`,
    );
    expect(Number(await nextLine())).toBeGreaterThan(0);
    const ended = end(parent);
    parent.kill("SIGKILL");
    // No code: the parent was killed. That it comes at all: the child has closed the pipe.
    expect(await ended).toBeNull();
  });

  it("hides the descriptor from the processes that the child starts", async () => {
    const { parent, nextLine } = startParent(`console.log(process.env.HEDDLE_PARENT_FD ?? "unset");`);
    expect(await nextLine()).toBe("unset");
    expect(await end(parent)).toBe(0);
  });
});

describe("createEchoFilter", () => {
  it("takes the same signal within 300 ms for a copy, and a later or another one for new", () => {
    const isEcho = createEchoFilter();
    expect(isEcho("SIGINT", 1000)).toBe(false);
    expect(isEcho("SIGINT", 1001)).toBe(true);
    expect(isEcho("SIGTERM", 1001)).toBe(false);
    expect(isEcho("SIGINT", 1400)).toBe(false);
  });
});
