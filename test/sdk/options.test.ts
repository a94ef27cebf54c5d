import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { resolveInvokeOptions, resolveMapOptions } from "../../src/sdk/options.ts";

function refusalOf(resolve: () => unknown): HeddleError {
  try {
    resolve();
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("resolveInvokeOptions", () => {
  it("fills in the defaults", () => {
    const expected = {
      deadlineMs: 0,
      attemptsMax: 0,
      priority: 0,
      affinity: "",
      idempotencyKey: "",
      key: "",
    };
    expect(resolveInvokeOptions(undefined)).toMatchObject(expected);
    expect(resolveInvokeOptions({})).toMatchObject(expected);
  });

  it.each([
    [0.2, 1],
    [1500.5, 1501],
    [Infinity, limits.deadlineMaxMs],
    [limits.deadlineMaxMs + 1, limits.deadlineMaxMs],
  ])("takes a deadline of %d ms as %d", (deadlineMs, expected) => {
    expect(resolveInvokeOptions({ deadlineMs }).deadlineMs).toBe(expected);
  });

  it("refuses a deadline that has passed, as one", () => {
    const refusal = refusalOf(() => resolveInvokeOptions({ deadlineMs: 0 }));
    expect(refusal.reason).toBe("DEADLINE");
    expect(refusal.rawMessage).toBe("the deadline has passed already; nothing was started");
  });

  it("gives equal keys to options that may share a batch, whatever their signals", () => {
    const keyOf = (options: Parameters<typeof resolveInvokeOptions>[0]): string =>
      resolveInvokeOptions(options).key;
    expect(keyOf({ signal: new AbortController().signal })).toBe(keyOf(undefined));
    expect(keyOf({ deadlineMs: 5 })).toBe(keyOf({ deadlineMs: 5 }));
    const different = [
      { deadlineMs: 5 },
      { deadlineMs: 6 },
      { priority: 5 },
      { affinity: "5" },
      { idempotencyKey: "5" },
    ];
    expect(new Set(different.map(keyOf)).size).toBe(different.length);
  });

  it.each([
    [{ deadlineMs: NaN }, 'option "deadlineMs" must be 0 or more, not NaN'],
    [{ deadlineMs: -1 }, 'option "deadlineMs" must be 0 or more, not -1'],
    [{ priority: 101 }, 'option "priority" must be a whole number from -100 to 100, not 101'],
    [{ priority: 0.5 }, 'option "priority" must be a whole number from -100 to 100, not 0.5'],
    [{ retry: { attemptsMax: 0 } }, 'option "retry.attemptsMax" must be a whole number from 1 to 16, not 0'],
    // A key of megabytes made frames that every gateway refuses, and with them the connection, again and again.
    [
      { affinity: "x".repeat(257) },
      'option "affinity" must be a text of at most 256 characters, not one of 257',
    ],
    [
      { idempotencyKey: "x".repeat(9999) },
      'option "idempotencyKey" must be a text of at most 256 characters, not one of 9999',
    ],
  ])("refuses %o", (options, message) => {
    expect(refusalOf(() => resolveInvokeOptions(options))).toMatchObject({
      reason: "BAD_REQUEST",
      rawMessage: message,
    });
  });

  it("refuses what only plain JavaScript can hand in", () => {
    // As from a caller without types.
    const options = { deadlineMs: "5", affinity: 7 } as unknown as { deadlineMs: number; affinity: string };
    expect(refusalOf(() => resolveInvokeOptions(options))).toMatchObject({ reason: "BAD_REQUEST" });
    const { affinity } = options;
    expect(refusalOf(() => resolveInvokeOptions({ affinity })).rawMessage).toContain("not number");
  });
});

describe("resolveMapOptions", () => {
  it("fills in the defaults", () => {
    expect(resolveMapOptions(undefined)).toMatchObject({
      ordered: true,
      concurrency: limits.mapConcurrency,
      windowBytes: limits.mapWindowBytes,
      onError: "stop",
      total: undefined,
      deadlineMs: 0,
    });
  });

  it.each([{ concurrency: 0 }, { concurrency: 1_000_001 }, { windowBytes: 1023 }, { windowBytes: 1.5 }])(
    "refuses %o",
    (options) => {
      expect(refusalOf(() => resolveMapOptions(options)).reason).toBe("BAD_REQUEST");
    },
  );

  it("refuses an onError that does not exist", () => {
    const onError = "ignore" as "stop"; // as from a caller without types
    const refusal = refusalOf(() => resolveMapOptions({ onError }));
    expect(refusal.rawMessage).toBe('option "onError" must be "stop" or "collect", not "ignore"');
  });
});
