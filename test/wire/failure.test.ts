import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { HeddleError } from "../../src/base/error.ts";
import { decodeFailure, encodeFailure } from "../../src/wire/failure.ts";
import { testSeed } from "../support/seed.ts";
import { stockType } from "../support/stock-frames.ts";

const Status = stockType("google.rpc.Status");
const ErrorInfo = stockType("google.rpc.ErrorInfo");
const RetryInfo = stockType("google.rpc.RetryInfo");

const failure = fc
  .record({
    reason: fc.constantFrom("KERNEL_TRAP", "NODE_LOST", "FROM_A_NEWER_PEER"),
    message: fc.string({ unit: "grapheme", maxLength: 60 }),
    code: fc.constantFrom(...Object.values(Code).filter((code) => code !== Code.OK)),
    attempts: fc.option(fc.nat(20), { nil: undefined }),
    node: fc.option(fc.string({ unit: "grapheme", maxLength: 10 }), { nil: undefined }),
    traceId: fc.option(fc.constant("0af7651916cd43dd8448eb211c80319c"), { nil: undefined }),
    retryAfterMs: fc.option(fc.nat(10_000_000), { nil: undefined }),
  })
  .map(({ reason, message, code, attempts, node, traceId, retryAfterMs }) => {
    const given = Object.entries({ attempts, node, traceId, retryAfterMs }).filter(
      ([, value]) => value !== undefined,
    );
    return new HeddleError(reason, message, { code, ...Object.fromEntries(given) });
  });

function detailsOf(bytes: Uint8Array): { readonly type_url: string; readonly value: Uint8Array }[] {
  const { details } = Status.toObject(Status.decode(bytes), { bytes: Buffer }) as {
    details?: { type_url: string; value: Uint8Array }[]; // what the library makes of the message
  };
  return details ?? [];
}

describe("encodeFailure", () => {
  it("writes what decodeFailure reads as the same error", () => {
    fc.assert(
      fc.property(failure, (error) => {
        const read = decodeFailure(encodeFailure(error));
        const { reason, code, rawMessage, message, attempts, node, traceId, retryAfterMs } = error;
        expect(read).toMatchObject({ reason, code, rawMessage, message });
        expect([read?.attempts, read?.node, read?.traceId, read?.retryAfterMs]).toEqual([
          attempts,
          node,
          traceId,
          retryAfterMs,
        ]);
      }),
      { seed: testSeed },
    );
  });

  it("writes what the stock library reads as a google.rpc.Status with ErrorInfo and RetryInfo", () => {
    const error = new HeddleError("QUEUE_FULL", "the queue is full", {
      attempts: 2,
      node: "n1",
      retryAfterMs: 2500,
    });
    const bytes = encodeFailure(error);
    expect(Status.toObject(Status.decode(bytes))).toMatchObject({ code: 8, message: "the queue is full" });
    const [info, retry] = detailsOf(bytes);
    expect(info?.type_url).toBe("type.googleapis.com/google.rpc.ErrorInfo");
    expect(ErrorInfo.toObject(ErrorInfo.decode(info?.value ?? new Uint8Array(0)))).toEqual({
      reason: "QUEUE_FULL",
      domain: "heddle",
      metadata: { attempts: "2", node: "n1" },
    });
    expect(retry?.type_url).toBe("type.googleapis.com/google.rpc.RetryInfo");
    const delay = RetryInfo.toObject(RetryInfo.decode(retry?.value ?? new Uint8Array(0)), {
      longs: Number,
    }) as unknown;
    expect(delay).toEqual({ retryDelay: { seconds: 2, nanos: 500_000_000 } });
  });

  // 999.9 ms became 1,000,000,000 nanoseconds, which no Duration may have.
  it("rounds a wait to whole milliseconds before it parts seconds from the rest", () => {
    const [, retry] = detailsOf(
      encodeFailure(new HeddleError("QUEUE_FULL", "full", { retryAfterMs: 1999.9 })),
    );
    const delay = RetryInfo.toObject(RetryInfo.decode(retry?.value ?? new Uint8Array(0)), {
      longs: Number,
    }) as unknown;
    expect(delay).toEqual({ retryDelay: { seconds: 2 } });
  });
});

describe("decodeFailure", () => {
  it("leaves the errors of other domains alone", () => {
    const value = ErrorInfo.encode({ reason: "QUOTA", domain: "example.com" }).finish();
    const details = [{ type_url: "type.googleapis.com/google.rpc.ErrorInfo", value }];
    expect(decodeFailure(Status.encode({ code: 8, message: "m", details }).finish())).toBeUndefined();
    expect(decodeFailure(Status.encode({ code: 8, message: "m" }).finish())).toBeUndefined();
    expect(decodeFailure(new Uint8Array(0))).toBeUndefined();
  });

  it("finds its own among the details of others", () => {
    const strange = { type_url: "type.googleapis.com/google.rpc.Help", value: Uint8Array.of(1, 2, 3) };
    const own = detailsOf(encodeFailure(new HeddleError("NODE_LOST", "gone")));
    const bytes = Status.encode({ code: 14, message: "gone", details: [strange, ...own] }).finish();
    expect(decodeFailure(bytes)).toMatchObject({ reason: "NODE_LOST", code: 14, rawMessage: "gone" });
  });

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(failure, fc.nat(), fc.nat(255), (error, position, byte) => {
        const bytes = encodeFailure(error);
        bytes[position % bytes.length] = byte;
        decodeFailure(bytes);
        decodeFailure(bytes.subarray(0, position % bytes.length));
      }),
      { seed: testSeed, numRuns: 1000 },
    );
  });
});
