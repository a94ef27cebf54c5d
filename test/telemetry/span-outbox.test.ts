import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SpanKind } from "@opentelemetry/api";
import { OtlpRequests } from "../../src/telemetry/otlp-request.ts";
import { spanIdsBytes, type EndedSpan } from "../../src/telemetry/span-bytes.ts";
import { SpanOutbox, type OutboxOptions } from "../../src/telemetry/span-outbox.ts";
import { decodeOtlpProtobuf } from "../support/otlp-decode.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const requests = new OtlpRequests({}, "heddle");

function setup(options: Partial<OutboxOptions> = {}) {
  const batches: string[][] = [];
  const answers: (() => void)[] = [];
  const outbox = new SpanOutbox(
    { queueSpans: 8, batchSpans: 4, delayMs: 100, ...options },
    (spans, count) => {
      const names = decodeOtlpProtobuf(requests.body(spans)).map(({ name }) => name);
      expect(names).toHaveLength(count);
      batches.push(names);
      return new Promise((resolve) => answers.push(resolve));
    },
  );
  const add = (names: string): void => {
    for (const name of names) outbox.add(spanOf(name));
  };
  const answer = async (): Promise<void> => {
    answers.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { outbox, batches, add, answer };
}

function spanOf(name: string): EndedSpan {
  return {
    ids: new Uint8Array(spanIdsBytes).fill(1),
    parent: undefined,
    name,
    kind: SpanKind.INTERNAL,
    startAt: 1,
    endAt: 2,
    attributes: {},
    events: [],
    failed: false,
    message: undefined,
  };
}

describe("SpanOutbox", () => {
  it("sends what there is when the first has waited long enough", async () => {
    const { add, batches } = setup();
    add("a");
    await vi.advanceTimersByTimeAsync(60);
    add("b");
    await vi.advanceTimersByTimeAsync(39);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(batches).toEqual([["a", "b"]]);
  });

  it("sends a full batch at once", () => {
    const { add, batches } = setup();
    add("abcd");
    expect(batches).toEqual([["a", "b", "c", "d"]]);
  });

  it("sends one batch at a time, in their order", async () => {
    const { add, batches, answer } = setup();
    add("abcdefghij");
    expect(batches).toEqual([["a", "b", "c", "d"]]);
    await answer();
    expect(batches.slice(1)).toEqual([["e", "f", "g", "h"]]);
    await answer();
    await vi.advanceTimersByTimeAsync(100);
    expect(batches.slice(2)).toEqual([["i", "j"]]);
  });

  it("drops what finds no room, and takes spans again when there is some", async () => {
    const { add, batches, answer } = setup();
    add("abcd"); // under way
    add("efghijkl"); // wait
    add("x");
    await answer();
    add("mnop");
    for (let left = 0; left < 3; left++) await answer();
    expect(batches.flat().join("")).toBe("abcdefghijklmnop");
  });

  it("sends what is left when it is closed, and takes no more", async () => {
    const { outbox, add, batches, answer } = setup();
    add("abcdef");
    let state = "open";
    const closed = outbox.close().then(() => (state = "closed"));
    add("x");
    await answer();
    expect(state).toBe("open");
    await answer();
    await closed;
    expect(batches).toEqual([
      ["a", "b", "c", "d"],
      ["e", "f"],
    ]);
  });
});
