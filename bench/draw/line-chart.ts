/** Curves: a grid, two axes, and each curve's name at its right end, where the eye arrives. */
import type { LineChart } from "./chart.ts";
import { boldSize, colourCount, fitted, fontSize, label, line, page, widthOf } from "./page.ts";
import { createScale, isShown, type Scale } from "./scale.ts";
import { element, text, type Markup } from "./svg.ts";

const width = 760;
const height = 440;
const top = 76;
const bottom = height - 62;
const left = 72;
const nameWidthMax = 230;
const nameGap = fontSize + 4;

/** Draws curves. */
export function drawLineChart(chart: LineChart): string {
  const names = chart.series.map((series) => widthOf(nameOf(chart, series), boldSize));
  const right = width - 32 - Math.min(nameWidthMax, Math.max(40, ...names));
  const points = chart.series.map(({ points: all }) => shownPoints(chart, all));
  const x = createScale({
    scale: chart.x.scale,
    values: points.flat().map(([value]) => value),
    length: right - left,
    tickRoom: 42,
    labelValues: true,
  });
  const y = createScale({
    scale: chart.y.scale,
    values: points.flat().map(([, value]) => value),
    length: bottom - top,
    tickRoom: 26,
    fromZero: true,
  });
  const curves = points.map((shown) =>
    shown.map(([a, b]) => [left + x.place(a), bottom - y.place(b)] as const),
  );
  return page(
    width,
    height,
    chart.title,
    ...axes(chart, x, y, right),
    ...curves.flatMap((curve, index) => drawCurve(curve, colourOf(chart, index))),
    ...drawNames(chart, curves, right),
  );
}

/** Ours has the first colour in every picture, wherever it stands among the others. */
function colourOf({ series }: LineChart, index: number): number {
  const ours = series.findIndex(({ name }) => /\bheddle\b/i.test(name));
  if (ours < 0) return index % colourCount;
  if (index === ours) return 0;
  return (index < ours ? index + 1 : index) % colourCount;
}

type Place = readonly [number, number];

/** The points that the axes can show, left to right. */
function shownPoints({ x, y }: LineChart, points: readonly Place[]): Place[] {
  return points.filter(([a, b]) => isShown(x.scale, a) && isShown(y.scale, b)).toSorted(([a], [b]) => a - b);
}

function nameOf(chart: LineChart, { name, points }: LineChart["series"][number]): string {
  return shownPoints(chart, points).length === 0 ? `${name}: none` : name;
}

function axes(chart: LineChart, x: Scale, y: Scale, right: number): Markup[] {
  const across = y.ticks.flatMap(({ at, label: value }) => [
    line(left, bottom - at, right, bottom - at, "grid"),
    label(left - 9, bottom - at + 4.5, value, { class: "quiet", anchor: "end" }),
  ]);
  const up = x.ticks.flatMap(({ at, label: value }) => [
    line(left + at, bottom, left + at, bottom + 5, "axis"),
    label(left + at, bottom + 21, value, { class: "quiet", anchor: "middle" }),
  ]);
  return [
    ...across,
    ...up,
    line(left, bottom, right, bottom, "axis"),
    label(24, top - 18, fitted(chart.y.label, width - 48), { class: "quiet" }),
    label((left + right) / 2, bottom + 44, fitted(chart.x.label, right - left), {
      class: "quiet",
      anchor: "middle",
    }),
  ];
}

/** Beyond this many points dots would hide the line. */
const dotsMax = 40;

function drawCurve(curve: readonly Place[], colour: number): Markup[] {
  const dots = curve.length > dotsMax ? [] : curve.map(([cx, cy]) => dot(cx, cy, colour));
  if (curve.length < 2) return dots;
  const points = curve.map(([cx, cy]) => `${round(cx)},${round(cy)}`).join(" ");
  return [element("polyline", { points, class: `line s${colour}` }), ...dots];
}

function dot(cx: number, cy: number, colour: number): Markup {
  return element("circle", { cx, cy, r: 3.5, class: `f${colour}` });
}

/** A name stands where its curve ends, moved as far as it must so that no two lie on one another. */
function drawNames(chart: LineChart, curves: readonly (readonly Place[])[], right: number): Markup[] {
  const wanted = chart.series.map((series, index) => ({
    name: nameOf(chart, series),
    colour: colourOf(chart, index),
    y: (curves[index]?.at(-1)?.[1] ?? bottom) + 4.5,
  }));
  const order = wanted.toSorted((a, b) => a.y - b.y);
  const places = apart(
    order.map(({ y }) => y),
    nameGap,
    bottom,
  );
  return order.map(({ name, colour }, index) => {
    const room = width - right - 22;
    const attributes = { x: right + 12, y: places[index] ?? bottom, class: `strong f${colour}` };
    return element("text", attributes, element("title", {}, text(name)), text(fitted(name, room, boldSize)));
  });
}

/** Sorted places, moved by as little as it takes to be this far apart and above the end. */
function apart(places: readonly number[], gap: number, end: number): number[] {
  const moved: number[] = [];
  for (const place of places) moved.push(Math.max(place, (moved.at(-1) ?? -Infinity) + gap));
  let limit = end + 4.5;
  for (let index = moved.length - 1; index >= 0; index--) {
    moved[index] = Math.min(moved[index] ?? limit, limit);
    limit = (moved[index] ?? limit) - gap;
  }
  return moved;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
