import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/sdk/connect.ts";
import { startGateway } from "../support/gateway-process.ts";
import { repository } from "../support/source-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Addresses of all modules that a node has loaded until it ends, after one call. */
async function modulesOfNode(): Promise<string[]> {
  const { address, secret, ready } = await startGateway(["echo"]);
  const folder = temporaryFolder();
  const list = join(folder, "modules.txt");
  writeFileSync(join(folder, "secret"), secret);
  const preload = join(repository, "test", "support", "loaded-modules.js");
  const command = ["--import", preload, join(repository, "bin", "heddle.js"), "node"];
  const settings = ["--scheduler", address, "--secret-file", join(folder, "secret"), "--workers", "1"];
  const child = spawn(process.execPath, [...command, ...settings, "--data", join(folder, "data")], {
    env: { ...process.env, LOADED_MODULES: list },
    stdio: "ignore",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  await ready(1);
  const fabric = await connect(address);
  onTestFinished(() => fabric.close());
  expect(await fabric.invoke("echo/say", { text: "hello" })).toBe("hello");
  child.kill("SIGTERM");
  await ended;
  return readFileSync(list, "utf8").split("\n");
}

describe("runNode", () => {
  it("loads what a node needs and nothing else", { timeout: 120_000 }, async () => {
    const modules = await modulesOfNode();
    expect(modules).toContainEqual(expect.stringContaining("/src/executor/node.ts"));
    const foreign = /node_modules\/(@opentelemetry|@grpc\/proto-loader|protobufjs|assemblyscript|binaryen)\//;
    const others = /\/src\/(gateway|scheduler|sdk|compiler|demo)\/|\/src\/store\/(sqlite-store|call-queue)/;
    expect(modules.filter((url) => foreign.test(url) || others.test(url))).toEqual([]);
    expect(modules.length).toBeLessThan(330);
  });
});
