import { describe, expect, it, onTestFinished } from "vitest";
import { startChild } from "../../../bench/processes/child.ts";

function setup(): AsyncDisposableStack {
  const scope = new AsyncDisposableStack();
  onTestFinished(() => scope.disposeAsync());
  return scope;
}

/** True while there is a process with this id. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // there is none
  }
}

const server = "./baselines/raw-echo-server.ts";
const listening = { listen: "127.0.0.1:0" };

describe("startChild", () => {
  it("resolves with what the program says when it is ready", async () => {
    const child = await startChild(setup(), server, listening);
    expect(child.ready).toEqual({ address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
  });

  it("rejects when the program ends before it is ready", async () => {
    const starting = startChild(setup(), "./no-such-program.ts", {});
    await expect(starting).rejects.toThrow(
      "no-such-program.ts ended in the middle of its work (exit code 1)",
    );
  });

  it("passes on what the program says against a request", async () => {
    const child = await startChild(setup(), server, listening);
    await expect(child.request({}, 10_000)).rejects.toThrow("the echo server takes no requests");
  });

  it("rejects the request under which the program is killed", async () => {
    const child = await startChild(setup(), "./baselines/raw-echo-client.ts", {
      // Nobody answers on this port: the call waits for its connection.
      address: "127.0.0.1:1",
      channels: 1,
      payloadBytes: 64,
    });
    process.kill(child.pid, "SIGKILL");
    await expect(child.request({ inFlight: 1, durationMs: 1 }, 10_000)).rejects.toThrow("(SIGKILL)");
  });

  it("ends the program with its scope", async () => {
    const scope = setup();
    const child = await startChild(scope, server, listening);
    expect(isAlive(child.pid)).toBe(true);
    await scope.disposeAsync();
    expect(isAlive(child.pid)).toBe(false);
  });
});
