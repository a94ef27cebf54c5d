/** `heddle logs` and `fabric.admin.logs` against a real fabric of two nodes. */
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/index.ts";
import { limits } from "../../../src/base/limits.ts";
import { openCluster, type Cluster } from "../../support/cluster.ts";
import { capturedMain } from "../../support/captured-main.ts";
import { fabricParts } from "../../support/fabric-parts.ts";
import { lineMatching, startHeddle } from "../../support/heddle-process.ts";
import { collect, next } from "../../support/iteration.ts";
import { kernelModule } from "../../support/kernels.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, kernels: ["chatty", "echo"] });
  return () => cluster.stop();
});

/** Runs a command against the fabric in this process. */
function run(...args: string[]) {
  return capturedMain(...args, "--address", cluster.grpc);
}

describe("heddle logs", () => {
  it("shows time, level, function, node and text of the last lines", async () => {
    await cluster.fabric.invoke("chatty/levels", { text: "a \u001b[31mred\u001b[0m\nword" });
    const { code, stdout, stderr } = await run("logs", "chatty/levels", "--level", "warn");
    expect([code, stderr]).toEqual([0, ""]);
    const where = String.raw`chatty/levels node-\d -  a \\u\{1b\}\[31mred\\u\{1b\}\[0m\n {4}word\n`;
    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    expect(stdout).toMatch(new RegExp(`^${time} WARN  ${where}${time} ERROR ${where}$`));
    const last = await run("logs", "chatty", "--last", "1", "--json");
    expect(JSON.parse(last.stdout)).toMatchObject({ level: "error", text: "a \u001b[31mred\u001b[0m\nword" });
  });

  it("keeps thousands of lines of a map, in the order of each call", async () => {
    const inputs = Array.from({ length: 300 }, () => ({ count: 20 }));
    await collect(cluster.fabric.map("chatty/lines", inputs));
    const { stdout } = await run("logs", "chatty/lines", "--json", "--last", "10000");
    const byCall = new Map<number, string[]>();
    const nodes = new Set<string>();
    for (const text of stdout.trimEnd().split("\n")) {
      const line = JSON.parse(text) as { index: number; text: string; node: string };
      byCall.set(line.index, [...(byCall.get(line.index) ?? []), line.text]);
      nodes.add(line.node);
    }
    expect(byCall.size).toBe(300);
    const wanted = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    for (const texts of byCall.values()) expect(texts).toEqual(wanted);
    expect(nodes.size).toBe(2);
  });

  it("shows what was logged by calls that were ended or trapped, and long lines cut", async () => {
    const { fabric } = cluster;
    await expect(fabric.invoke("chatty/hang", { text: "hanging" })).rejects.toMatchObject({
      reason: "TIME_LIMIT",
    });
    await expect(fabric.invoke("chatty/fall", { text: "falling" })).rejects.toMatchObject({
      reason: "KERNEL_TRAP",
    });
    await fabric.invoke("chatty/long", { size: 1_000_000 });
    const texts = (await run("logs", "chatty")).stdout;
    for (const text of ["hanging", "falling", "it fell", "xxx… (1000000 bytes)"])
      expect(texts).toContain(text);
  });

  it("says why there is nothing to show", async () => {
    for (const [name, note] of [
      ["nope", 'no kernel "nope" is deployed; see heddle kernels'],
      ["echo/nope", 'kernel "echo" has no function "nope"; it has: echo, say, sum'],
      ["echo", "there are no such lines"],
    ] as const)
      expect(await run("logs", name)).toEqual({ code: 0, stdout: "", stderr: `heddle logs: ${note}\n` });
  });

  it.each([
    [["a/b/c"], "expected KERNEL or KERNEL/FUNCTION"],
    [["/f"], "expected KERNEL or KERNEL/FUNCTION"],
    [["k/"], "expected KERNEL or KERNEL/FUNCTION"],
    [["--level", "loud"], "--level must be one of debug, info, warn, error"],
    [["--last", "many"], "--last must be a whole number"],
    [["a", "b"], 'unexpected argument "b"'],
  ])("refuses %j", async (args, said) => {
    const { code, stderr } = await run("logs", ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it("follows until Ctrl-C", async () => {
    const logs = cluster.startHeddle([
      "logs",
      "-f",
      "chatty/levels",
      "--last",
      "0",
      "--level",
      "error",
      "--json",
    ]);
    const followed = cluster.fabric.admin.logs({ follow: true, last: 0 });
    expect(await next(followed)).toEqual({ kind: "synced" });
    // The command may still be connecting: calls until it has seen one.
    const seen = logs.lines.next();
    let over = false;
    void seen.then(() => (over = true));
    while (!over) await cluster.fabric.invoke("chatty/levels", { text: "live" });
    expect(JSON.parse((await seen).value as string)).toMatchObject({ level: "error", text: "live" });
    expect(await next(followed)).toMatchObject({ kind: "line", level: "debug", text: "live" });
    await followed.return(undefined);
    logs.kill("SIGINT");
    expect(await logs.closed).toMatchObject({ code: 130, stderr: "" });
  });

  it("follows on when the gateway comes back", async () => {
    const parts = await fabricParts();
    const scheduler = await parts.startScheduler();
    await parts.startNode("node-1");
    const logs = startHeddle(["logs", "-f", "--address", parts.address]);
    onTestFinished(() => void logs.kill("SIGKILL"));
    const call = async (text: string) => {
      const fabric = await connect(parts.address);
      await fabric.admin.deploy(await kernelModule("chatty"));
      await fabric.invoke("chatty/hang", { text }).catch(() => {}); // it is ended, having logged
      fabric.close();
    };
    await call("before");
    await lineMatching(logs.lines, / WARN {2}chatty\/hang .* before$/);
    scheduler.kill("SIGTERM");
    await lineMatching(logs.notes, /the gateway is shutting down; waiting for the gateway to come back$/);
    await scheduler.closed;
    await parts.startScheduler();
    await lineMatching(logs.notes, /the gateway is back; lines it took in the meantime may be missing$/);
    await call("after");
    expect(await lineMatching(logs.lines, /./)).toMatch(/ after$/);
  });

  it("ends with exit code 3 without a gateway", async () => {
    const { code, stderr } = await capturedMain("logs", "--address", "127.0.0.1:1");
    expect([code, stderr]).toEqual([3, expect.stringContaining("heddle logs: [UNAVAILABLE")]);
  });
});

describe("FabricAdmin.logs", () => {
  it("refuses options out of range", async () => {
    const { admin } = cluster.fabric;
    for (const options of [{ last: -1 }, { last: 1.5 }, { levelMin: "loud" as "warn" }])
      await expect(collect(admin.logs(options))).rejects.toMatchObject({ reason: "BAD_REQUEST" });
  });

  it("ends without an error when its signal aborts", async () => {
    const stop = new AbortController();
    const logs = cluster.fabric.admin.logs({ follow: true, last: 0, signal: stop.signal });
    await next(logs);
    stop.abort();
    expect(await collect(logs)).toEqual([]);
  });

  it("survives a call that logs more than it may", async () => {
    await cluster.fabric.invoke("chatty/lines", { count: 5_000 });
    const events = await collect(
      cluster.fabric.admin.logs({ kernel: "chatty", function: "lines", levelMin: "warn" }),
    );
    const texts = events.flatMap((event) => (event.kind === "line" ? [event.text] : []));
    expect(texts.at(-1)).toBe(
      `${5_000 - limits.logCallLinesMax} more lines of this call were dropped; a call may log ${limits.logCallLinesMax}`,
    );
  });
});
