import { tracing } from "@opentelemetry/sdk-node";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { sampledShare, TraceLot } from "../../src/telemetry/trace-lot.ts";

const { NOT_RECORD, RECORD_AND_SAMPLED } = tracing.SamplingDecision;

function setup(share: number) {
  const random = createSeededRandom(4711);
  const sampler = new tracing.TraceIdRatioBasedSampler(share);
  const lot = new TraceLot(share, () => random.next());
  const decide = (): number => sampler.shouldSample(ROOT_CONTEXT, lot.generateTraceId()).decision;
  return { lot, decide };
}

describe("TraceLot", () => {
  it.each([0.0001, 0.01, 0.5, 0.999])(
    "gives a trace that was drawn an id that a sampler of %d takes",
    (share) => {
      const { lot, decide } = setup(share);
      for (let trace = 0; trace < 1000; trace++) {
        while (!lot.draw());
        expect(decide()).toBe(RECORD_AND_SAMPLED);
      }
    },
  );

  it("draws the share that it is asked for", () => {
    const { lot } = setup(0.01);
    let drawn = 0;
    for (let trace = 0; trace < 100_000; trace++) if (lot.draw()) drawn++;
    expect(drawn).toBeGreaterThan(800);
    expect(drawn).toBeLessThan(1200);
  });

  it("leaves traces that were not drawn to the sampler", () => {
    const { lot, decide } = setup(0.01);
    while (!lot.draw());
    decide();
    const decisions = Array.from({ length: 1000 }, decide);
    expect(decisions.filter((decision) => decision === NOT_RECORD).length).toBeGreaterThan(950);
  });

  it("makes ids of their form, each another", () => {
    const { lot } = setup(0.5);
    const traces = Array.from({ length: 1000 }, lot.generateTraceId);
    const spans = Array.from({ length: 1000 }, lot.generateSpanId);
    for (const id of traces) expect(id).toMatch(/^[0-9a-f]{32}$/);
    for (const id of spans) expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(traces).size).toBe(1000);
    expect(new Set(spans).size).toBe(1000);
  });

  it("never makes an id of zeros, which would be none", () => {
    const lot = new TraceLot(0.5, () => 0);
    expect(lot.generateTraceId()).toMatch(/[^0]/);
    expect(lot.generateSpanId()).toMatch(/[^0]/);
  });
});

describe("sampledShare", () => {
  it.each([
    ["parentbased_traceidratio", "0.01", 0.01],
    ["traceidratio", " 0.5 ", 0.5],
    ["traceidratio", "1", undefined],
    ["traceidratio", "0", undefined],
    ["traceidratio", "", undefined],
    ["traceidratio", "half", undefined],
    ["traceidratio", undefined, undefined],
    ["always_on", "0.5", undefined],
    [undefined, "0.5", undefined],
  ])("of %j with %j is %j", (sampler, argument, share) => {
    expect(sampledShare(sampler, argument)).toBe(share);
  });
});
