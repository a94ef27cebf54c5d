import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { serverAttributes } from "../../src/telemetry/attributes.ts";
import { startInvokeSpan, startMapSpan } from "../../src/telemetry/spans.ts";
import { formatTraceparent, parseTraceparent } from "../../src/wire/traceparent.ts";
import { startSpanRecorder, toMs, type SpanRecorder } from "../support/span-recorder.ts";

const startAt = 1_800_000_000_000.25;
const remote = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

let recorder: SpanRecorder | undefined;
afterEach(() => recorder?.stop());
function setup(options?: { readonly sampled?: boolean }): SpanRecorder {
  return (recorder = startSpanRecorder(options));
}

describe("startInvokeSpan", () => {
  it("gives undefined while nobody traces", () => {
    expect(startInvokeSpan("linalg/matmul", startAt)).toBeUndefined();
  });

  it("gives undefined when the sampler says no", () => {
    setup({ sampled: false });
    expect(startInvokeSpan("linalg/matmul", startAt)).toBeUndefined();
  });

  it("records the call with its times and attributes", () => {
    const { span } = setup();
    const server = serverAttributes("127.0.0.1:7070");
    const call = startInvokeSpan("linalg/matmul", startAt, { server, invocation: "7" });
    call?.end({ at: startAt + 12.5, attempts: 2, node: "node-3" });
    const invoke = span("invoke");
    expect(invoke.kind).toBe(SpanKind.CLIENT);
    expect(invoke.status.code).toBe(SpanStatusCode.UNSET);
    expect(invoke.attributes).toEqual({
      "rpc.system.name": "grpc",
      "rpc.method": "heddle.v1.Fabric/Session",
      "rpc.status_code": "OK",
      "server.address": "127.0.0.1",
      "server.port": 7070,
      "faas.invoked_name": "linalg/matmul",
      "faas.invocation.id": "7",
      "heddle.attempts": 2,
      "heddle.node.id": "node-3",
    });
    expect(toMs(invoke.startTime)).toBeCloseTo(startAt, 3);
    expect(toMs(invoke.endTime)).toBeCloseTo(startAt + 12.5, 3);
  });

  it("is a child of the active span of the application", () => {
    const { span } = setup();
    const own = trace.getTracer("application").startSpan("checkout");
    context.with(trace.setSpan(context.active(), own), () => {
      startInvokeSpan("linalg/matmul", startAt)?.end({ at: startAt });
    });
    own.end();
    expect(span("invoke").parentSpanContext?.spanId).toBe(own.spanContext().spanId);
    expect(span("invoke").spanContext().traceId).toBe(own.spanContext().traceId);
  });

  it("gives its context as 25 bytes and its trace id as text", () => {
    const { span } = setup();
    const call = startInvokeSpan("linalg/matmul", startAt);
    const { traceId, spanId } = decode(call?.context());
    call?.end({ at: startAt });
    expect(call?.traceId).toBe(traceId);
    expect(span("invoke").spanContext()).toMatchObject({ traceId, spanId, traceFlags: 1 });
  });

  it("marks a failed call with the reason, the status code and the sentence", () => {
    const { span } = setup();
    const error = new HeddleError("KERNEL_TRAP", "unreachable in matmul");
    startInvokeSpan("linalg/matmul", startAt)?.end({ at: startAt + 1, error });
    expect(span("invoke").status).toEqual({ code: SpanStatusCode.ERROR, message: "unreachable in matmul" });
    expect(span("invoke").attributes).toMatchObject({
      "error.type": "KERNEL_TRAP",
      "rpc.status_code": "UNKNOWN",
    });
  });

  it("ignores a second end", () => {
    const { spans, span } = setup();
    const call = startInvokeSpan("linalg/matmul", startAt);
    call?.end({ at: startAt + 1 });
    call?.end({ at: startAt + 2, error: new HeddleError("CANCELLED", "too late") });
    expect(spans()).toHaveLength(1);
    expect(span("invoke").status.code).toBe(SpanStatusCode.UNSET);
  });

  it("continues the trace of a caller without the SDK, on the server's side", () => {
    const { span } = setup();
    const parent = parseTraceparent(remote);
    startInvokeSpan("linalg/matmul", startAt, {
      side: "server",
      method: "linalg.LinalgService/Matmul",
      parent,
    })?.end({ at: startAt });
    expect(span("invoke").kind).toBe(SpanKind.SERVER);
    expect(span("invoke").attributes["rpc.method"]).toBe("linalg.LinalgService/Matmul");
    expect(span("invoke").parentSpanContext).toMatchObject({
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      spanId: "00f067aa0ba902b7",
      isRemote: true,
    });
  });

  it("starts a new trace for a caller whose traceparent is garbage", () => {
    const { span } = setup();
    const parent = parseTraceparent("00-garbage");
    startInvokeSpan("linalg/matmul", startAt, { side: "server", parent })?.end({ at: startAt });
    expect(span("invoke").parentSpanContext).toBeUndefined();
  });

  it("respects that a caller without the SDK does not sample", () => {
    setup();
    const parent = parseTraceparent(remote.replace(/01$/, "00"));
    expect(startInvokeSpan("linalg/matmul", startAt, { side: "server", parent })).toBeUndefined();
  });
});

describe("startMapSpan", () => {
  it("records a map with its counts", () => {
    const { span } = setup();
    const error = new HeddleError("KERNEL_FAILED", "item 3: no", { code: 9 });
    startMapSpan("ode/solve", startAt)?.end({ at: startAt + 900, count: 100_000, failed: 1, error });
    expect(span("map").kind).toBe(SpanKind.CLIENT);
    expect(span("map").attributes).toMatchObject({
      "faas.invoked_name": "ode/solve",
      "heddle.batch.count": 100_000,
      "heddle.batch.failed": 1,
      "error.type": "KERNEL_FAILED",
      "rpc.status_code": "FAILED_PRECONDITION",
    });
  });
});

function decode(bytes: Uint8Array | undefined): { traceId: string; spanId: string } {
  const [, traceId = "", spanId = ""] = (formatTraceparent(bytes ?? new Uint8Array()) ?? "").split("-");
  return { traceId, spanId };
}
