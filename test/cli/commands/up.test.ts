import { createServer } from "node:net";
import { existsSync, mkdtempSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { anyPort, processesWith, readyLine, startCluster, watchAttempts } from "../../support/cluster.ts";
import { heddle, startHeddle, type HeddleProcess } from "../../support/heddle-process.ts";

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-up-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `heddle up` in a folder of its own; killed with the test unless it has ended. */
async function startUp(): Promise<{ up: HeddleProcess; folder: string }> {
  const folder = dataFolder();
  const up = startHeddle(["up", "--nodes", "2", "--workers", "1", "--data", folder, ...anyPort]);
  onTestFinished(async () => {
    up.kill("SIGKILL");
    await up.closed;
  });
  return { up, folder };
}

/** A port that is taken as long as the test lasts. */
async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Resolves when something of that name is in the folder. */
async function entryIn(folder: string, name: string): Promise<void> {
  const appeared = Promise.withResolvers<void>();
  const look = (): void => {
    if (existsSync(join(folder, name))) appeared.resolve();
  };
  const watcher = watch(folder, look);
  look();
  await appeared.promise;
  watcher.close();
}

describe("heddle up", () => {
  it("prints one line of JSON when it is ready, and ends all it started on SIGTERM", async () => {
    const { up, folder } = await startUp();
    const ready = await readyLine(up);
    expect(Object.keys(ready)).toEqual(["grpc", "http", "nodes"]);
    expect(ready.grpc).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(ready.http).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(ready.nodes.map((node) => Object.keys(node))).toEqual([
      ["id", "pid", "address"],
      ["id", "pid", "address"],
    ]);
    expect(processesWith(folder)).toHaveLength(3);
    up.kill("SIGTERM");
    const { code, stdout, stderr } = await up.closed;
    expect([code, stdout.trimEnd().split("\n").length, stderr]).toEqual([0, 1, ""]);
    expect(processesWith(folder)).toEqual([]);
  });

  it("ends with 130 on Ctrl-C, once however often the key press is passed on", async () => {
    const { up, folder } = await startUp();
    await readyLine(up);
    up.kill("SIGINT");
    up.kill("SIGINT");
    expect(await up.closed).toMatchObject({ code: 130, stderr: "" });
    expect(processesWith(folder)).toEqual([]);
  });

  it("leaves no process behind when it is killed while its workers never end", async () => {
    const { fabric, folder, process: up } = await startCluster({ nodes: 2, kernels: ["patient"] });
    const { first: started } = await watchAttempts(fabric, () => true);
    const calls = [1, 2].map(() => fabric.invoke("patient/spin", {}).catch(() => {}));
    await started;
    up.kill("SIGKILL");
    expect((await up.closed).signal).toBe("SIGKILL");
    expect(processesWith(folder)).toEqual([]);
    fabric.close();
    await Promise.all(calls);
  });

  it("leaves no process behind when it is killed while its nodes start", async () => {
    const { up, folder } = await startUp();
    await entryIn(folder, "nodes");
    up.kill("SIGKILL");
    await up.closed;
    expect(processesWith(folder)).toEqual([]);
  });

  it("refuses a data folder that another one uses", async () => {
    const { up, folder } = await startUp();
    await readyLine(up);
    const { code, stdout, stderr } = await heddle([
      "up",
      "--data",
      folder,
      "--port",
      "0",
      "--http-port",
      "0",
    ]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^heddle up: \[FAILED_PRECONDITION DATA_LOCKED\] .*\n$/);
    expect(stderr).toContain(String(up.pid));
  });

  it.each(["port", "http-port"])("says in one line that its --%s is taken", async (option) => {
    const folder = dataFolder();
    const port = String(await takenPort());
    const ports = { port: "0", "http-port": "0", [option]: port };
    const { code, stdout, stderr } = await heddle([
      "up",
      ...["--data", folder, "--port", ports.port, "--http-port", ports["http-port"]],
    ]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^heddle up: \[FAILED_PRECONDITION ADDRESS_IN_USE\] .*\n$/);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(processesWith(folder)).toEqual([]);
  });

  it("lets a call that runs end before it stops", async () => {
    const { fabric, process } = await startCluster({ kernels: ["work"] });
    const { first: started } = await watchAttempts(fabric, () => true);
    const call = fabric.invoke("work/mix", { seed: 1, rounds: 200_000_000 });
    await started;
    process.kill("SIGTERM");
    expect(await call).toBeTypeOf("number");
    expect((await process.closed).code).toBe(0);
  });

  it("stops at once at a second signal, whatever still runs", async () => {
    const { fabric, process } = await startCluster({ kernels: ["patient"] });
    const { first: started } = await watchAttempts(fabric, () => true);
    const call = fabric.invoke("patient/spin", {});
    call.catch(() => {});
    await started;
    // Copies of one key press, which come within half a second, do not count as a second signal.
    const presses = setInterval(() => process.kill("SIGTERM"), 100);
    onTestFinished(() => clearInterval(presses));
    expect((await process.closed).code).toBe(143);
    fabric.close();
  });
});
