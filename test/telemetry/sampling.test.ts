import { afterEach, describe, expect, it } from "vitest";
import { activeTracer, isSampled, isTracing } from "../../src/telemetry/sampling.ts";
import { startSpanRecorder, type SpanRecorder } from "../support/span-recorder.ts";

let recorder: SpanRecorder | undefined;
afterEach(() => recorder?.stop());

describe("isTracing", () => {
  it("follows the registration of a provider, on and off and on again", async () => {
    expect(isTracing()).toBe(false);
    const first = startSpanRecorder();
    expect(isTracing()).toBe(true);
    await first.stop();
    expect(isTracing()).toBe(false);
    recorder = startSpanRecorder();
    expect(isTracing()).toBe(true);
  });
});

describe("activeTracer", () => {
  it("is the same tracer for the life of a provider, and another one after it", async () => {
    const first = startSpanRecorder();
    const tracer = activeTracer();
    expect(tracer).toBeDefined();
    expect(activeTracer()).toBe(tracer);
    await first.stop();
    recorder = startSpanRecorder();
    expect(activeTracer()).not.toBe(tracer);
    activeTracer()?.startSpan("probe").end();
    expect(recorder.spans()).toHaveLength(1);
    expect(first.spans()).toHaveLength(0);
  });
});

describe("isSampled", () => {
  it("looks at the sampled bit of the context at the offset", () => {
    const column = new Uint8Array(75);
    column[49] = 0x01;
    column[74] = 0x02;
    expect(isSampled(column, 0)).toBe(false);
    expect(isSampled(column, 25)).toBe(true);
    expect(isSampled(column, 50)).toBe(false);
  });

  it("is false for none and for too few bytes", () => {
    expect(isSampled(undefined)).toBe(false);
    expect(isSampled(new Uint8Array())).toBe(false);
    expect(isSampled(new Uint8Array(24).fill(1))).toBe(false);
    expect(isSampled(new Uint8Array(25).fill(1), 25)).toBe(false);
  });
});
