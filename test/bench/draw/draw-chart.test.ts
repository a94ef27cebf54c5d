import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BarChart, Chart, LineChart } from "../../../bench/draw/chart.ts";
import { drawChart } from "../../../bench/draw/draw-chart.ts";
import { expectWellFormed, type XmlElement } from "../../support/well-formed.ts";

const lines: LineChart = {
  kind: "lines",
  name: "by-concurrency",
  title: "Throughput by calls in flight",
  x: { label: "calls in flight", scale: "log" },
  y: { label: "calls/s", scale: "linear" },
  series: [
    { name: "Heddle invoke", points: [1, 16, 256].map((x) => [x, x * 700] as const) },
    { name: "bare echo", points: [1, 16, 256].map((x) => [x, 3_000 + x] as const) },
  ],
};

const bars: BarChart = {
  kind: "bars",
  name: "rates",
  title: "Calls per second",
  y: { label: "calls/s", scale: "linear" },
  bars: [
    { name: "Heddle", value: 190_000 },
    { name: "NATS", value: 52_000 },
  ],
  reference: { name: "bare echo", value: 10_000 },
};

const number = (element: XmlElement | undefined, name: string): number =>
  Number(element?.attributes.get(name));
const named = (svg: string, name: string): XmlElement[] =>
  expectWellFormed(svg).filter((element) => element.name === name);

describe("drawChart", () => {
  it("draws a curve for each series, with its name, and a dot for each point", () => {
    const svg = drawChart(lines);
    expect(named(svg, "polyline")).toHaveLength(2);
    expect(named(svg, "circle")).toHaveLength(6);
    for (const said of [
      "Throughput by calls in flight",
      "calls/s",
      "Heddle invoke",
      "bare echo",
      ">256<",
      ">200k<",
    ])
      expect(svg).toContain(said);
  });

  it("puts equal factors of a logarithmic axis at equal distances", () => {
    const [first, second, third] = named(drawChart(lines), "circle").map((circle) => number(circle, "cx"));
    expect((second ?? 0) - (first ?? 0)).toBeCloseTo((third ?? 0) - (second ?? 0), 1);
  });

  it("makes bars as long as their values, with the value at the end and a line across", () => {
    const svg = drawChart(bars);
    const [, heddle, nats] = named(svg, "rect");
    expect(number(heddle, "width") / number(nats, "width")).toBeCloseTo(190 / 52, 1);
    for (const said of [">Heddle<", ">190k<", ">52k<", ">bare echo<"]) expect(svg).toContain(said);
    expect(
      named(svg, "line").filter(({ attributes }) => attributes.get("class") === "reference"),
    ).toHaveLength(1);
  });

  it("has bars grow to both sides of where they begin", () => {
    const ratios = {
      ...bars,
      y: { label: "ratio", scale: "log" },
      from: 1,
      reference: { name: "target", value: 1 },
    } as const;
    const values = [
      { name: "better", value: 4, label: "4 (≥ 1)", tone: "good" },
      { name: "worse", value: 0.5, tone: "bad" },
    ] as const;
    const svg = drawChart({ ...ratios, bars: values });
    const [, better, worse] = named(svg, "rect");
    expect(number(worse, "x") + number(worse, "width")).toBeCloseTo(number(better, "x"), 1);
    expect(number(better, "width")).toBeCloseTo(2 * number(worse, "width"), 1);
    expect([better, worse].map((bar) => bar?.attributes.get("class"))).toEqual(["good", "bad"]);
    expect(svg).toContain(">4 (≥ 1)<");
  });

  it("says so of a bar that has no value", () => {
    const svg = drawChart({ ...bars, bars: [{ name: "Dask", value: Number.NaN }, ...bars.bars] });
    expect(svg).toContain(">not measured<");
    expect(named(svg, "rect")).toHaveLength(1 + bars.bars.length);
  });

  it("escapes names, and keeps the whole of one that is cut off for the pointer", () => {
    const name = `<script> & "Ray's" ${"long ".repeat(40)}`;
    const svg = drawChart({ ...bars, bars: [{ name, value: 1 }] });
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("&lt;script&gt; &amp; &quot;Ray&#39;s&quot; long");
    expect(svg).toMatch(/<title>[^<]*long long <\/title>/);
    expect(svg).toContain("…</text>");
  });

  it("keeps the names of curves that end at one place apart", () => {
    const series = Array.from({ length: 8 }, (_, index) => ({
      name: `same ${index}`,
      points: [[1, 5] as const],
    }));
    const names = named(drawChart({ ...lines, series }), "text")
      .filter(({ attributes }) => /strong f\d/.test(attributes.get("class") ?? ""))
      .map((element) => number(element, "y"))
      .toSorted((a, b) => a - b);
    expect(names).toHaveLength(8);
    for (const [index, y] of names.entries())
      if (index > 0) expect(y - (names[index - 1] ?? 0)).toBeGreaterThan(13);
  });

  it("draws whatever it is given inside the picture", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(chart, (any) => expectInside(drawChart(any))),
      { numRuns: 150 },
    );
  });
});

const words = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constant(""),
  fc.constant("a".repeat(400)),
);
const value = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0, -0, 1e-320, 1e308, -1e308, Number.NaN, Infinity),
  fc.double({ min: 0.001, max: 1e7, noNaN: true }),
);
const axis = fc.record({ label: words, scale: fc.constantFrom("linear" as const, "log" as const) });
const place = fc.tuple(value, value);
const head = { name: fc.constant("any"), title: words };
const chart: fc.Arbitrary<Chart> = fc.oneof(
  fc.record({
    ...head,
    kind: fc.constant("lines" as const),
    x: axis,
    y: axis,
    series: fc.array(fc.record({ name: words, points: fc.array(place, { maxLength: 60 }) }), {
      maxLength: 12,
    }),
  }),
  fc.record(
    {
      ...head,
      kind: fc.constant("bars" as const),
      y: axis,
      bars: fc.array(fc.record({ name: words, value }), { maxLength: 20 }),
      from: value,
      reference: fc.record({ name: words, value }),
    },
    { requiredKeys: ["kind", "name", "title", "y", "bars"] },
  ),
);

/** Every number of the picture is one, and lies on the page. */
function expectInside(svg: string): void {
  const [page, ...elements] = expectWellFormed(svg);
  const [width, height] = [number(page, "width"), number(page, "height")];
  for (const { attributes } of elements) {
    for (const [key, written] of attributes) {
      if (key === "points") for (const pair of written.split(" ")) expectPair(pair, width, height);
      if (["x", "x1", "x2", "cx", "width"].includes(key)) expectBetween(written, width);
      if (["y", "y1", "y2", "cy", "height"].includes(key)) expectBetween(written, height);
    }
  }
}

function expectPair(pair: string, width: number, height: number): void {
  const [x = "", y = ""] = pair.split(",");
  expectBetween(x, width);
  expectBetween(y, height);
}

function expectBetween(written: string, end: number): void {
  const found = Number(written);
  if (!(found >= 0 && found <= end)) expect.fail(`${written} is not between 0 and ${end}`);
}
