import { SpanKind } from "@opentelemetry/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttributeSet } from "../../src/telemetry/attribute-set.ts";
import { OtlpRequests } from "../../src/telemetry/otlp-request.ts";
import { SpanBytes, spanIdsBytes, type EndedSpan } from "../../src/telemetry/span-bytes.ts";
import { decodeOtlpProtobuf, type ReceivedSpan } from "../support/otlp-decode.ts";

const seed = Number(process.env["HEDDLE_SEED"] ?? Date.now() % 2 ** 31);
const ids = Uint8Array.from({ length: spanIdsBytes }, (_, at) => at + 1);
const span: EndedSpan = {
  ids,
  parent: "remote",
  name: "attempt",
  kind: SpanKind.CLIENT,
  startAt: 1_800_000_000_000.25,
  endAt: 1_800_000_000_012.5,
  attributes: {},
  events: [],
  failed: false,
  message: undefined,
};

function sent(...spans: readonly EndedSpan[]): ReceivedSpan[] {
  const bytes = new SpanBytes();
  for (const each of spans) bytes.add(each);
  expect(bytes.count).toBe(spans.length);
  return decodeOtlpProtobuf(new OtlpRequests({ "service.name": "loom" }, "heddle").body(bytes.take()));
}

describe("SpanBytes", () => {
  it("writes ids, names, kinds and times", () => {
    expect(sent(span)).toEqual([
      {
        traceId: "0102030405060708090a0b0c0d0e0f10",
        spanId: "1112131415161718",
        parentSpanId: "1a1b1c1d1e1f2021",
        name: "attempt",
        kind: "client",
        attributes: {},
        status: { code: "unset", message: "" },
        startMs: 1_800_000_000_000.25,
        endMs: 1_800_000_000_012.5,
        resource: { "service.name": "loom" },
      },
    ]);
  });

  it("leaves the parent out of the first span of a trace", () => {
    expect(sent({ ...span, parent: undefined })[0]?.parentSpanId).toBeUndefined();
  });

  it("writes the status of what failed, with its message", () => {
    const failed = { ...span, failed: true };
    const [silent, said] = sent(failed, { ...failed, message: "überlaufen" });
    expect(silent?.status).toEqual({ code: "error", message: "" });
    expect(said?.status).toEqual({ code: "error", message: "überlaufen" });
  });

  it.each([
    ["local", 0x101],
    ["remote", 0x301],
  ] as const)("says of a parent that it is %s", (parent, flags) => {
    const bytes = new SpanBytes();
    const [sampledAt, sampled] = [24, 1];
    bytes.add({ ...span, parent, ids: ids.with(sampledAt, sampled) });
    const written = bytes.take();
    expect(written.readUInt32LE(written.length - 4)).toBe(flags);
  });

  it(`writes any attribute and any time (seed ${seed})`, () => {
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).map((number) => number + 0), // -0 comes as 0
    );
    const time = fc.double({ min: 0, max: 4e12, noNaN: true });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), time, time, (attributes, startAt, endAt) => {
        const [got] = sent({ ...span, attributes, startAt, endAt });
        expect(got?.attributes).toEqual(attributes);
        expect(got?.startMs).toBeCloseTo(startAt, 2);
        expect(got?.endMs).toBeCloseTo(endAt, 2);
      }),
      { seed },
    );
  });

  it("writes what it has in common with others beside its own", () => {
    const shared = [new AttributeSet({ a: "x", none: undefined }), new AttributeSet({ b: true })];
    for (const each of sent({ ...span, shared, attributes: { c: 3 } }, { ...span, shared }))
      expect(each.attributes).toMatchObject({ a: "x", b: true });
    expect(sent({ ...span, shared, attributes: { c: 3 } })[0]?.attributes).toEqual({ a: "x", b: true, c: 3 });
  });

  it("leaves alone what was taken until it is given back, and then writes over it", () => {
    const bytes = new SpanBytes();
    const written = ["one", "two", "three"].map((name) => {
      bytes.add({ ...span, name });
      return bytes.take();
    });
    const texts = written.map((each) => each.toString("latin1"));
    for (const [index, name] of ["one", "two", "three"].entries()) expect(texts[index]).toContain(name);
    const [first = Buffer.alloc(0)] = written;
    bytes.giveBack(first);
    bytes.add({ ...span, name: "four" });
    bytes.take();
    bytes.add({ ...span, name: "five" });
    expect(bytes.take().buffer).toBe(first.buffer);
  });

  it("leaves out attributes that are undefined", () => {
    expect(sent({ ...span, attributes: { a: undefined, b: 1 } })[0]?.attributes).toEqual({ b: 1 });
  });

  it("holds what is larger than the room it has, and begins anew when it was taken", () => {
    const bytes = new SpanBytes();
    const large = { ...span, name: "n".repeat(5000), attributes: { text: "t".repeat(200_000) } };
    for (let count = 0; count < 20; count++) bytes.add(large);
    const requests = new OtlpRequests({}, "heddle");
    const spans = decodeOtlpProtobuf(requests.body(bytes.take()));
    expect(spans).toHaveLength(20);
    for (const { name, attributes } of spans)
      expect({ name, attributes }).toEqual({ name: large.name, attributes: large.attributes });
    expect(bytes.count).toBe(0);
    expect(decodeOtlpProtobuf(requests.body(bytes.take()))).toEqual([]);
  });
});
