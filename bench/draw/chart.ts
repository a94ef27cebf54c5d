/** Pictures of results, as data: what a figure gives and what the suite draws. */

/** An axis. */
export interface Axis {
  /** With the unit: "calls/s", "payload in bytes". */
  readonly label: string;
  /** `percentiles`, of numbers from 0 to below 100, gives each further nine (90, 99, 99.9) as much room. */
  readonly scale: "linear" | "log" | "percentiles";
}

/** Curves over a number: throughput by concurrency, latency by percentile. */
export interface LineChart {
  readonly kind: "lines";
  /** Lower-case words joined by hyphens; with the figure's name it becomes the file's. */
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

/** A bar. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What is written at its end. Default: the value. */
  readonly label?: string;
  /** Coloured as a verdict. Default: Heddle's own bars in one colour, all others in another. */
  readonly tone?: "good" | "bad";
}

/** One bar each for things that are compared. */
export interface BarChart {
  readonly kind: "bars";
  readonly name: string;
  readonly title: string;
  readonly y: Axis;
  readonly bars: readonly Bar[];
  /** Where bars begin, to either side. Default: 0, or the low end of a logarithmic axis. */
  readonly from?: number;
  /** A line across all bars, such as the target. */
  readonly reference?: { readonly name: string; readonly value: number };
}

export type Chart = LineChart | BarChart;
