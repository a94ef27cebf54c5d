/** Bars, lying, since names are longer than numbers: the name left, the bar, its value at its end. */
import type { Bar, BarChart } from "./chart.ts";
import { boldSize, fitted, label, line, page, widthOf } from "./page.ts";
import { createScale, isShown, type Scale } from "./scale.ts";
import { element, text, type Markup } from "./svg.ts";
import { numberLabel } from "./number-label.ts";

const width = 760;
const rowHeight = 30;
const barHeight = 18;
const nameWidthMax = 270;
const valueWidthMax = 200;
const top = 84;

interface Row {
  /** Where the axis begins. */
  readonly left: number;
  /** The upper edge of the bar. */
  readonly y: number;
}

/** Draws bars. */
export function drawBarChart(chart: BarChart): string {
  const names = chart.bars.map(({ name }) => widthOf(name));
  const left = 34 + Math.min(nameWidthMax, Math.max(0, ...names));
  const values = chart.bars.map(({ value }) => value).filter((value) => isShown(chart.y.scale, value));
  const marks = [chart.reference?.value, chart.from].filter((value) => value !== undefined);
  const beside = Math.max(40, ...chart.bars.map((bar) => widthOf(labelOf(bar), boldSize))) + 14;
  const right = Math.max(left + 120, width - 20 - Math.min(beside, valueWidthMax));
  const scale = createScale({
    scale: chart.y.scale,
    values: [...values, ...marks],
    length: right - left,
    tickRoom: 60,
    fromZero: true,
  });
  const bottom = top + chart.bars.length * rowHeight + 6;
  const rowOf = (index: number): Row => ({ left, y: top + index * rowHeight });
  return page(
    width,
    bottom + 62,
    chart.title,
    ...axis(chart, scale, { left, right, bottom }),
    ...chart.bars.flatMap((bar, index) => drawBar(chart, bar, scale, rowOf(index))),
    ...reference(chart, scale, left, bottom),
    ...chart.bars.flatMap((bar, index) => drawTexts(chart, bar, scale, rowOf(index))),
  );
}

function labelOf({ label: given, value }: Bar): string {
  return given ?? (Number.isFinite(value) ? numberLabel(value) : "not measured");
}

function axis(
  chart: BarChart,
  { ticks }: Scale,
  { left, right, bottom }: { readonly left: number; readonly right: number; readonly bottom: number },
): Markup[] {
  const grid = ticks.flatMap(({ at, label: value }) => [
    line(left + at, top - 6, left + at, bottom, "grid"),
    label(left + at, bottom + 18, value, { class: "quiet", anchor: "middle" }),
  ]);
  const name = fitted(chart.y.label, width - 48);
  return [...grid, label((left + right) / 2, bottom + 42, name, { class: "quiet", anchor: "middle" })];
}

/** The part of the axis that a bar covers. */
function extent({ from = 0, y }: BarChart, { value }: Bar, scale: Scale): readonly [number, number] {
  const base = scale.place(from); // on a logarithmic axis 0 is its low end
  const end = isShown(y.scale, value) ? scale.place(value) : base;
  return [Math.min(base, end), Math.max(base, end)];
}

function drawBar(chart: BarChart, bar: Bar, scale: Scale, { left, y }: Row): Markup[] {
  if (!Number.isFinite(bar.value)) return [];
  const [start, end] = extent(chart, bar, scale);
  const size = { width: Math.max(1.5, end - start), height: barHeight, rx: 2 };
  return [element("rect", { x: left + start, y, ...size, class: bar.tone ?? fill(chart.bars, bar) })];
}

function drawTexts(chart: BarChart, bar: Bar, scale: Scale, { left, y }: Row): Markup[] {
  const baseline = y + barHeight - 4.5;
  const x = left + extent(chart, bar, scale)[1] + 7;
  return [
    element(
      "text",
      { x: left - 10, y: baseline, "text-anchor": "end" },
      element("title", {}, text(bar.name)),
      text(fitted(bar.name, left - 30)),
    ),
    label(x, baseline, fitted(labelOf(bar), valueWidthMax, boldSize), { class: "strong" }),
  ];
}

/** Ours stand out from what they are compared with. */
function fill(bars: readonly Bar[], { name }: Bar): string {
  const isOurs = (of: string): boolean => /\bheddle\b/i.test(of);
  return isOurs(name) || !bars.some((bar) => isOurs(bar.name)) ? "f0" : "f7";
}

function reference(chart: BarChart, scale: Scale, left: number, bottom: number): Markup[] {
  if (chart.reference === undefined || !isShown(chart.y.scale, chart.reference.value)) return [];
  const x = left + scale.place(chart.reference.value);
  const said = fitted(chart.reference.name, 260, boldSize);
  const half = widthOf(said, boldSize) / 2;
  const middle = Math.max(24 + half, Math.min(width - 24 - half, x));
  return [
    line(x, top - 10, x, bottom, "reference"),
    label(middle, top - 16, said, { class: "strong", anchor: "middle" }),
  ];
}
