import { describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { HeddleError } from "../../src/base/error.ts";

describe("HeddleError", () => {
  it("says code, reason and sentence in one line", () => {
    const error = new HeddleError("KERNEL_NOT_FOUND", 'no kernel "linalgg" is deployed');
    expect(error.message).toBe('[NOT_FOUND KERNEL_NOT_FOUND] no kernel "linalgg" is deployed');
    expect(error.rawMessage).toBe('no kernel "linalgg" is deployed');
    expect(String(error)).toBe(`HeddleError: ${error.message}`);
  });

  it("takes the code of its reason, unless another is given", () => {
    expect(new HeddleError("NODE_LOST", "").code).toBe(Code.UNAVAILABLE);
    expect(new HeddleError("KERNEL_FAILED", "", { code: Code.OUT_OF_RANGE }).code).toBe(Code.OUT_OF_RANGE);
  });

  it.each(["KERNEL_FAILED", "FROM_A_NEWER_PEER", "toString", "__proto__"])(
    "has UNKNOWN for %s, which has no code",
    (reason) => {
      expect(new HeddleError(reason, "").code).toBe(Code.UNKNOWN);
      expect(new HeddleError(reason, "").reason).toBe(reason);
    },
  );

  it("keeps what it is given, and its cause only when there is one", () => {
    const cause = new TypeError("below");
    const all = { attempts: 3, node: "n1", traceId: "0af7651916cd43dd8448eb211c80319c", retryAfterMs: 50 };
    expect(new HeddleError("QUEUE_FULL", "full", { ...all, cause })).toMatchObject({ ...all, cause });
    expect("cause" in new HeddleError("QUEUE_FULL", "full")).toBe(false);
  });
});

describe("HeddleError.from", () => {
  it("leaves a HeddleError as it is", () => {
    const error = new HeddleError("DEADLINE", "late");
    expect(HeddleError.from(error)).toBe(error);
  });

  it("makes CANCELLED of an abort", () => {
    const { reason } = AbortSignal.abort();
    expect(HeddleError.from(reason)).toMatchObject({
      reason: "CANCELLED",
      code: Code.CANCELLED,
      cause: reason as unknown,
    });
  });

  it.each([
    [new TypeError("it broke"), "it broke"],
    ["a text", "a text"],
    [undefined, "undefined"],
    [null, "null"],
    [7, "7"],
  ])("makes INTERNAL of %o and keeps it as the cause", (thrown, said) => {
    const error = HeddleError.from(thrown);
    expect(error).toMatchObject({ reason: "INTERNAL", code: Code.INTERNAL, rawMessage: said });
    expect(error.cause).toBe(thrown);
  });
});
