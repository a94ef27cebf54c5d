/**
 * From values to places along an axis. A scale spans its values and a little more, so that its ends are round numbers;
 * it takes any numbers, also one value, none, or all the same.
 */
import type { Axis } from "./chart.ts";
import { numberLabel } from "./number-label.ts";

/** An axis with a length. */
export interface Scale {
  /** Where a value is, from 0 (low end) to `length`; what does not fit is at an end. */
  place(value: number): number;
  /** The round values that are written beside it, low to high. */
  readonly ticks: readonly Tick[];
}

/** A value with its place and its label. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** What a scale is made from. */
export interface ScaleOptions {
  readonly scale: Axis["scale"];
  readonly values: readonly number[];
  readonly length: number;
  /** Room that a label needs along the axis. */
  readonly tickRoom: number;
  /** Whether a linear scale of values that are all positive begins at 0. Default false. */
  readonly fromZero?: boolean;
  /** Span and label just these values, when they are few: 1, 2, 4, 8 calls in flight. Default false. */
  readonly labelValues?: boolean;
}

/** True for a value that a scale of this kind can show. */
export function isShown(scale: Axis["scale"], value: number): boolean {
  if (scale === "percentiles") return value >= 0 && value <= percentileMax;
  return Number.isFinite(value) && (scale === "linear" || value > 0);
}

/** Makes a scale. */
export function createScale(options: ScaleOptions): Scale {
  const { scale, length } = options;
  const values = options.values.filter((value) => isShown(scale, value)).map(bounded);
  const inner = inners[scale];
  const { low, high, round } =
    ownSpan(values, options) ?? (scale === "log" ? decades(values) : steps(values, options));
  const [from, to] = [inner(low), inner(high)];
  const place = (value: number): number =>
    clamp(((inner(Math.max(low, Math.min(high, value))) - from) / (to - from)) * length, length);
  const ticks = round.map((value) => ({ at: place(value), label: numberLabel(value) }));
  const kept = spaced(ticks, options.tickRoom);
  if (scale !== "log" || kept.length === ticks.length) return { place, ticks: kept };
  // Where there is no room for all, powers of ten say more than what is left by chance.
  const powers = ticks.filter((_, index) => /^1(e|0*$)/.test(String(round[index]).replace(/^0\.0*/, "")));
  return { place, ticks: spaced(powers.length < 2 ? ticks : powers, options.tickRoom) };
}

const ownTicksMax = 14;
/** Beyond this, differences of values would overflow. */
const largest = 1e300;
const smallest = 1e-300;

function bounded(value: number): number {
  return Math.max(-largest, Math.min(largest, value));
}

function logarithm(value: number): number {
  return Math.log10(Math.max(smallest, bounded(value)));
}

/** Where values are before they are stretched to the length of the axis. */
const inners: Readonly<Record<Axis["scale"], (value: number) => number>> = {
  linear: bounded,
  log: logarithm,
  percentiles: (percent) => -Math.log10(1 - Math.min(percent, percentileMax) / 100),
};

/** As far as a picture goes. */
const percentileMax = 99.9999;

function clamp(place: number, length: number): number {
  return Number.isFinite(place) ? Math.max(0, Math.min(length, place)) : 0;
}

interface Span {
  readonly low: number;
  readonly high: number;
  readonly round: readonly number[];
}

/** From the lowest value to the highest, which are what is labelled; undefined where that makes no scale. */
function ownSpan(values: readonly number[], { labelValues }: ScaleOptions): Span | undefined {
  if (labelValues !== true) return undefined;
  const round = [...new Set(values)].toSorted((a, b) => a - b);
  const [low, high] = [round[0], round.at(-1)];
  if (low === undefined || high === undefined || round.length > ownTicksMax) return undefined;
  return high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-9 ? undefined : { low, high, round };
}

/** From a power of ten to a power of ten; within few decades 2 and 5 are labelled too. */
function decades(values: readonly number[]): Span {
  const logs = values.map(logarithm);
  const first = Math.floor(Math.min(...orDefault(logs, 0)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.max(...orDefault(logs, 1)) - 1e-9));
  const every = Math.ceil((last - first) / 8);
  const between = last - first <= 2 ? [1, 2, 5] : [1];
  const round: number[] = [];
  for (let decade = first; decade <= last; decade += every) {
    for (const digit of between) {
      const value = power(decade, digit);
      if (value <= power(last)) round.push(value);
    }
  }
  return { low: power(first), high: power(last), round };
}

/** Read from its digits, since 10 ** -3 is not quite 0.001. */
function power(decade: number, digit = 1): number {
  return Number(`${digit}e${decade}`);
}

/** From a multiple of a round step to another. */
function steps(values: readonly number[], { fromZero }: ScaleOptions): Span {
  let low = Math.min(...orDefault(values, 0));
  let high = Math.max(...orDefault(values, 1));
  if (fromZero === true) [low, high] = [Math.min(0, low), Math.max(0, high)];
  // Values that are the same, or that differ by rounding only, have no span of their own.
  const least = Math.max(smallest, Math.max(Math.abs(low), Math.abs(high)) * 1e-9);
  if (high - low <= least) [low, high] = [low - widening(low), high + widening(high)];
  const step = roundStep((high - low) / 5);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const round = Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
  return { low: tidy(first * step), high: tidy(last * step), round };
}

function widening(value: number): number {
  return Math.abs(value) > smallest ? Math.abs(value) / 2 : 0.5;
}

/** The next of 1, 2, 5, 10, … times a power of ten. */
function roundStep(rough: number): number {
  const decade = Math.floor(Math.log10(rough));
  const digit = [1, 2, 5].find((candidate) => power(decade, candidate) >= rough * (1 - 1e-9));
  return digit === undefined ? power(decade + 1) : power(decade, digit);
}

/** 0.30000000000000004 is 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function orDefault(values: readonly number[], value: number): readonly number[] {
  return values.length === 0 ? [value] : values;
}

/** Those ticks that have room, always with the first. */
function spaced(ticks: readonly Tick[], room: number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks) {
    const before = kept.at(-1);
    if (before === undefined || tick.at - before.at >= room) kept.push(tick);
  }
  return kept;
}
