import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import type { AttemptEnd, AttemptStart } from "../../src/telemetry/spans.ts";
import { startAttemptSpan, startInvokeSpan, startMapSpan } from "../../src/telemetry/spans.ts";
import { parseTraceparent } from "../../src/wire/traceparent.ts";
import { startSpanRecorder, toMs, type SpanRecorder } from "../support/span-recorder.ts";

const at = 1_800_000_000_000;
const parent =
  parseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") ?? new Uint8Array();
const start: AttemptStart = {
  functionName: "ode/solve",
  version: "ab".repeat(32),
  node: "node-1",
  number: 1,
};
const warm = { queuedMs: 2, coldMs: 0, runMs: 6, worker: 3 };

let recorder: SpanRecorder | undefined;
afterEach(() => recorder?.stop());
function setup(): SpanRecorder {
  return (recorder = startSpanRecorder());
}

describe("startAttemptSpan", () => {
  it("gives undefined while nobody traces", () => {
    expect(startAttemptSpan(parent, at, start)).toBeUndefined();
  });

  it.each([
    ["no parent", undefined],
    ["an empty one", new Uint8Array()],
    ["25 zero bytes", new Uint8Array(25)],
    ["a parent that is not sampled", parent.with(24, 0)],
    ["a sampled bit without ids", new Uint8Array(25).with(24, 1)],
  ])("gives undefined and records nothing for %s", (_, bytes) => {
    const { spans } = setup();
    expect(startAttemptSpan(bytes, at, start)).toBeUndefined();
    expect(spans()).toHaveLength(0);
  });

  it("takes the parent at an offset of a column", () => {
    const { span } = setup();
    const column = new Uint8Array(75);
    column.set(parent, 50);
    expect(startAttemptSpan(column, at, start, 25)).toBeUndefined();
    startAttemptSpan(column, at, start, 50)?.end({ at, outcome: "ok" });
    expect(span("attempt").parentSpanContext?.spanId).toBe("00f067aa0ba902b7");
  });
});

describe("AttemptSpan", () => {
  it("draws a warm execution between dispatch and result", () => {
    const { span, tree } = setup();
    startAttemptSpan(parent, at, start)?.end({ at: at + 10, outcome: "ok", timings: warm });
    expect(tree()).toBe("attempt(execute(queue,run))");
    expect(times("attempt", span)).toEqual([0, 10]);
    expect(times("execute", span)).toEqual([1, 9]);
    expect(times("queue", span)).toEqual([1, 3]);
    expect(times("run", span)).toEqual([3, 9]);
    expect(span("attempt").kind).toBe(SpanKind.CLIENT);
    expect(span("execute").kind).toBe(SpanKind.SERVER);
    expect(span("run").kind).toBe(SpanKind.INTERNAL);
  });

  it("takes lines that its items logged as events, not before its start", () => {
    const { span } = setup();
    const attempt = startAttemptSpan(parent, at, { ...start, first: 10, count: 2 });
    attempt?.log(10, 2, "careful", at + 4);
    attempt?.log(11, 0, "early", at - 4);
    for (const other of [9, 12]) attempt?.log(other, 3, "of another", at + 4);
    attempt?.end({ at: at + 10, outcome: "ok" });
    attempt?.log(10, 3, "late", at + 12);
    const told = span("attempt").events.map(({ name, time, attributes }) => [
      name,
      toMs(time) - at,
      attributes,
    ]);
    const log = (level: string, text: string, item: number) => ({
      "heddle.log.level": level,
      "heddle.log.text": text,
      "heddle.log.item": item,
    });
    expect(told).toEqual([
      ["heddle.log", 4, log("warn", "careful", 10)],
      ["heddle.log", 0, log("debug", "early", 11)],
    ]);
  });

  it("draws the making of an instance only when it was cold", () => {
    const { span, tree } = setup();
    const timings = { ...warm, coldMs: 2 };
    startAttemptSpan(parent, at, start)?.end({ at: at + 10, outcome: "ok", timings });
    expect(tree()).toBe("attempt(execute(queue,instantiate,run))");
    expect(times("instantiate", span)).toEqual([2, 4]);
    expect(span("execute").attributes["faas.coldstart"]).toBe(true);
  });

  it("names the node, the function and the try on both sides", () => {
    const { span } = setup();
    const range = { ...start, first: 512, count: 256, invocation: "m-1" };
    startAttemptSpan(parent, at, range)?.end({ at: at + 10, outcome: "ok", timings: warm });
    const both = {
      "faas.name": "ode/solve",
      "faas.version": "ab".repeat(32),
      "faas.invocation.id": "m-1",
      "heddle.node.id": "node-1",
      "heddle.attempt": 1,
      "heddle.batch.first": 512,
      "heddle.batch.count": 256,
      "rpc.system.name": "grpc",
      "rpc.method": "heddle.v1.Executor/Execute",
      "rpc.status_code": "OK",
    };
    expect(span("attempt").attributes).toEqual({ ...both, "heddle.outcome": "ok" });
    expect(span("execute").attributes).toEqual({ ...both, "faas.coldstart": false, "heddle.worker": 3 });
  });

  it("adds up what several frames of results say", () => {
    const { span } = setup();
    const attempt = startAttemptSpan(parent, at, start);
    attempt?.progress({ queuedMs: 2, coldMs: 1, runMs: 3, worker: 1 });
    attempt?.progress({ queuedMs: 2, coldMs: 0, runMs: 4, worker: 1 });
    attempt?.end({ at: at + 10, outcome: "ok" });
    expect(times("queue", span)).toEqual([0, 2]);
    expect(times("instantiate", span)).toEqual([2, 3]);
    expect(times("run", span)).toEqual([3, 10]);
  });

  it("keeps the order of times when the end lies before the start", () => {
    const { span } = setup();
    startAttemptSpan(parent, at, start)?.end({ at: at - 5, outcome: "ok", timings: warm });
    for (const name of ["attempt", "execute", "queue", "run"]) expect(times(name, span)).toEqual([0, 0]);
  });

  it("marks attempt, execution and run when the kernel failed", () => {
    const { span } = setup();
    startAttemptSpan(parent, at, start)?.end({
      at: at + 10,
      outcome: "failed",
      reason: "KERNEL_FAILED",
      code: 9,
      message: "matrix is singular",
      timings: warm,
    });
    expect(span("attempt").status).toEqual({ code: SpanStatusCode.ERROR, message: "matrix is singular" });
    expect(span("attempt").attributes["rpc.status_code"]).toBe("FAILED_PRECONDITION");
    for (const name of ["attempt", "execute", "run"]) {
      expect(span(name).status.code).toBe(SpanStatusCode.ERROR);
      expect(span(name).attributes["error.type"]).toBe("KERNEL_FAILED");
    }
    expect(span("queue").status.code).toBe(SpanStatusCode.UNSET);
  });

  it("draws no run for what failed before it ran", () => {
    const { tree } = setup();
    const timings = { queuedMs: 2, coldMs: 0, runMs: 0, worker: 0 };
    startAttemptSpan(parent, at, start)?.end({ at: at + 3, outcome: "failed", reason: "DEADLINE", timings });
    expect(tree()).toBe("attempt(execute(queue))");
  });

  it("marks an attempt that died with its node as lost and draws nothing it cannot know", () => {
    const { span, tree } = setup();
    startAttemptSpan(parent, at, start)?.end({ at: at + 40, outcome: "lost", retried: 1, backoffMs: 12.5 });
    expect(tree()).toBe("attempt");
    expect(span("attempt").status.code).toBe(SpanStatusCode.ERROR);
    expect(span("attempt").attributes).toMatchObject({
      "heddle.lost": true,
      "heddle.outcome": "lost",
      "error.type": "NODE_LOST",
      "rpc.status_code": "UNAVAILABLE",
      "heddle.retry.count": 1,
      "heddle.backoff_ms": 12.5,
    });
  });

  it("marks what a lost node had already reported as lost too", () => {
    const { span } = setup();
    const attempt = startAttemptSpan(parent, at, start);
    attempt?.progress(warm);
    attempt?.end({ at: at + 40, outcome: "lost", reason: "NODE_LOST" });
    expect(span("execute").attributes["heddle.lost"]).toBe(true);
  });

  it("does not call a cancelled attempt an error", () => {
    const { span } = setup();
    startAttemptSpan(parent, at, start)?.end({ at: at + 1, outcome: "cancelled" });
    expect(span("attempt").status.code).toBe(SpanStatusCode.UNSET);
    expect(span("attempt").attributes["rpc.status_code"]).toBe("CANCELLED");
    expect(span("attempt").attributes["error.type"]).toBeUndefined();
  });

  it.each<[string, AttemptEnd, string]>([
    ["the code of the reason", { at, outcome: "failed", reason: "NODE_OVERLOADED" }, "RESOURCE_EXHAUSTED"],
    ["the code it is told", { at, outcome: "failed", reason: "NODE_OVERLOADED", code: 14 }, "UNAVAILABLE"],
    [
      "UNKNOWN where the kernel chose the code",
      { at, outcome: "failed", reason: "KERNEL_FAILED" },
      "UNKNOWN",
    ],
    ["INTERNAL without any reason", { at, outcome: "failed", reason: "" }, "INTERNAL"],
  ])("gives %s", (_, end, expected) => {
    const { span } = setup();
    startAttemptSpan(parent, at, start)?.end(end);
    expect(span("attempt").attributes["rpc.status_code"]).toBe(expected);
  });

  it("ignores a second end", () => {
    const { spans } = setup();
    const attempt = startAttemptSpan(parent, at, start);
    attempt?.end({ at: at + 1, outcome: "lost" });
    attempt?.end({ at: at + 2, outcome: "ok", timings: warm });
    expect(spans()).toHaveLength(1);
  });

  it("makes one tree of a retried invocation", () => {
    const { spans, tree } = setup();
    const call = startInvokeSpan("ode/solve", at);
    const bytes = call?.context();
    startAttemptSpan(bytes, at + 1, start)?.end({ at: at + 5, outcome: "lost", retried: 1, backoffMs: 3 });
    const second = { ...start, node: "node-2", number: 2, retryReason: "NODE_LOST" };
    startAttemptSpan(bytes, at + 8, second)?.end({ at: at + 20, outcome: "ok", timings: warm });
    call?.end({ at: at + 21, attempts: 2, node: "node-2" });
    expect(tree()).toBe("invoke(attempt,attempt(execute(queue,run)))");
    expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set([call?.traceId]));
    const [, again] = spans().filter((span) => span.name === "attempt");
    expect(again?.attributes).toMatchObject({ "heddle.attempt": 2, "heddle.retry.reason": "NODE_LOST" });
  });

  it("makes one tree of a map and its ranges", () => {
    const { tree } = setup();
    const map = startMapSpan("ode/solve", at);
    const bytes = map?.context();
    for (const first of [0, 256, 512]) {
      const range = { ...start, first, count: 256 };
      startAttemptSpan(bytes, at + first, range)?.end({ at: at + first + 10, outcome: "ok", timings: warm });
    }
    map?.end({ at: at + 600, count: 768, failed: 0 });
    const attempt = "attempt(execute(queue,run))";
    expect(tree()).toBe(`map(${attempt},${attempt},${attempt})`);
  });

  it("gives its context for the frame to the node", () => {
    const { span } = setup();
    const attempt = startAttemptSpan(parent, at, start);
    const bytes = attempt?.context() ?? new Uint8Array();
    attempt?.end({ at, outcome: "ok" });
    const { traceId, spanId } = span("attempt").spanContext();
    expect(bytes).toEqual(parseTraceparent(`00-${traceId}-${spanId}-01`));
    expect(trace.isSpanContextValid({ traceId, spanId, traceFlags: 1 })).toBe(true);
  });
});

/** Start and end of a span in ms after `at`. */
function times(name: string, span: SpanRecorder["span"]): number[] {
  const { startTime, endTime } = span(name);
  return [toMs(startTime) - at, toMs(endTime) - at].map((ms) => Math.round(ms * 1000) / 1000);
}
