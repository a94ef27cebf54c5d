import { describe, expect, it, onTestFinished } from "vitest";
import { ThreadHost } from "../../src/store/thread-host.ts";

const entry = new URL("../support/echo-thread.ts", import.meta.url);

function setup(data: string, file = entry): ThreadHost<number | string, unknown> {
  const host = new ThreadHost<number | string, unknown>({ entry: file, name: "echo", data });
  onTestFinished(() => host.stop());
  return host;
}

describe("ThreadHost", () => {
  it("answers requests in order", async () => {
    const host = setup("");
    await host.start();
    expect(await Promise.all([1, 2, 3].map((request) => host.call(request)))).toEqual([2, 4, 6]);
  });

  it("answers what was sent before it stops, and nothing after", async () => {
    const host = setup("");
    await host.start();
    const calls = [1, 2].map((request) => host.call(request));
    await host.stop();
    expect(await Promise.all(calls)).toEqual([2, 4]);
    await expect(host.call(3)).rejects.toMatchObject({ reason: "INTERNAL" });
    await host.stop();
  });

  it.each([
    ["a reason of its own", "locked", "DATA_LOCKED", "another process has it"],
    ["any other error", "broken", "INTERNAL", "no such thing"],
  ])("fails to start with what its open threw: %s", async (_, data, reason, rawMessage) => {
    await expect(setup(data).start()).rejects.toMatchObject({ reason, rawMessage });
  });

  it("fails to start when there is no such file", async () => {
    const host = setup("", new URL("../support/no-such-thread.ts", import.meta.url));
    await expect(host.start()).rejects.toMatchObject({
      reason: "INTERNAL",
      rawMessage: expect.stringMatching(/the thread "echo" failed: .*no-such-thread/),
    });
  });

  it.each([
    ["throws", "throw", "STORE_CORRUPT", "page 7 is damaged"],
    ["exits", "exit", "INTERNAL", 'the thread "echo" ended with exit code 3'],
    ["answers with what cannot be sent", "function", "INTERNAL", "could not be cloned"],
  ])("rejects what waits and every later call when the thread %s", async (_, request, reason, text) => {
    const host = setup("");
    await host.start();
    const told = { reason, rawMessage: expect.stringContaining(text) };
    const outcomes = await Promise.allSettled([host.call(1), host.call(request), host.call(2)]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled", value: 2 },
      { status: "rejected", reason: told },
      { status: "rejected", reason: told },
    ]);
    await expect(host.call(3)).rejects.toMatchObject(told);
    await host.stop();
  });

  it("ends although the thread fails to close", async () => {
    const host = setup("stubborn");
    await host.start();
    await host.stop();
    await expect(host.call(1)).rejects.toMatchObject({ rawMessage: "will not close" });
  });
});
