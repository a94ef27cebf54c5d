import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { profileThreads, threadFlags } from "../../src/worker/thread-environment.ts";
import { kernelFile } from "../support/kernels.ts";
import { repository } from "../support/source-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Admits a module in a thread of a new process; gives what Node says of the compiled code of the thread's file. */
async function admit(cache: string | undefined): Promise<string> {
  const program = `
    import { readFileSync } from "node:fs";
    import { admitInWorker } from "./src/worker/admission.ts";
    await admitInWorker(readFileSync(process.argv[1]));`;
  const argv = ["--input-type=module", "-e", program, await kernelFile("echo")];
  const env = { ...process.env, NODE_COMPILE_CACHE: cache, NODE_DEBUG_NATIVE: "COMPILE_CACHE" };
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: repository, env, encoding: "utf8" });
  expect(status).toBe(0);
  return stderr
    .split("\n")
    .filter((line) => line.includes("/admission-thread.ts"))
    .join("\n");
}

describe("threadEnvironment", () => {
  it("lets a thread find what an earlier one compiled, although that was ended", async () => {
    const cache = join(temporaryFolder(), "cache");
    const found = /retrieving transpile cache for .*success/;
    expect(await admit(cache)).not.toMatch(found);
    expect(await admit(cache)).toMatch(found);
  });

  it("keeps nothing where the process keeps nothing", async () => {
    expect(await admit(undefined)).toBe("");
  });
});

describe("profileThreads", () => {
  it("has threads started with flags of profiles, and with no others", () => {
    onTestFinished(() => profileThreads([]));
    expect(threadFlags()).toEqual([]);
    profileThreads(["--import", "./watch.js", "--cpu-prof", "--cpu-prof-dir=/tmp/profiles", ""]);
    expect(threadFlags()).toEqual(["--cpu-prof", "--cpu-prof-dir=/tmp/profiles"]);
  });
});
