import { describe, expect, it } from "vitest";
import { toKernelDigest } from "../../src/base/ids.ts";
import { Engine } from "../../src/gateway/engine.ts";
import { SingleCall, type CallRequest } from "../../src/gateway/single-call.ts";
import { noBytes } from "../../src/wire/frame.ts";

describe("SingleCall", () => {
  it.each([
    [{ deadlineMs: 0 }, "DEADLINE"],
    [{ deadlineMs: -5 }, "DEADLINE"],
    [{ affinity: "x".repeat(100_000) }, "BAD_REQUEST"],
  ])("starts nothing with %o", (wrong, reason) => {
    const digest = toKernelDigest("ab".repeat(32));
    if (digest === undefined) throw new Error("no digest");
    const limit = { timeLimitMs: 1000, memoryMaxBytes: 65536 };
    const request: CallRequest = {
      function: { kernel: "echo", name: "echo", digest, pure: true, ...limit },
      payload: noBytes,
      deadlineMs: 1000,
      priority: 0,
      attemptsMax: 0,
      affinity: "",
      idempotencyKey: "",
      trace: noBytes,
      caller: "test",
      responseMaxBytes: 1000,
      ...wrong,
    };
    // An engine that nothing reaches needs no parts.
    const engine = Object.create(Engine.prototype) as Engine;
    const answer = { succeeded: () => {}, failed: () => {} };
    expect(() => new SingleCall(engine, request, answer)).toThrow(expect.objectContaining({ reason }));
  });
});
