/** What is kept of runs, as data. A later run of some figures on the same machine replaces just these. */
import type { Chart } from "../draw/chart.ts";
import type { Details } from "../harness.ts";
import type { Machine } from "./machine.ts";
import { reportFigure, type ReportedFigure, type Run } from "./report.ts";

/** A figure with all that was found. */
export interface SavedFigure extends ReportedFigure {
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly plan: Run["plan"];
  readonly commit: string;
  readonly details?: Details;
  readonly charts?: readonly Chart[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** Results of one machine. */
export interface SavedResults {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly SavedFigure[];
}

/** A run in the form that is kept. */
export function saveRun({ machine, versions, plan, measuredAt, results }: Run): SavedResults {
  const figures = results.map((result) => {
    const { details, charts, settings } = result.kind === "measured" ? result.outcome : {};
    return {
      ...reportFigure(result),
      measuredAt,
      plan,
      commit: versions["commit"] ?? "",
      ...(details === undefined ? {} : { details }),
      ...(charts === undefined ? {} : { charts }),
      ...(settings === undefined ? {} : { settings }),
    };
  });
  return { machine, versions, figures };
}

/** The figures of a run before others that were measured on the same machine, in the order of `names`. */
export function mergeResults(
  before: SavedResults | undefined,
  latest: SavedResults,
  names: readonly string[],
): SavedResults {
  const isSame =
    before?.machine.processor === latest.machine.processor && before.machine.cores === latest.machine.cores;
  const all = new Map<string, SavedFigure>();
  for (const figure of isSame ? before.figures : []) all.set(figure.name, figure);
  for (const figure of latest.figures) {
    // What was skipped this time was measured all the same.
    if (figure.skipped === undefined || !all.has(figure.name)) all.set(figure.name, figure);
  }
  const figures = names.flatMap((name) => all.get(name) ?? []);
  return { ...latest, figures };
}

/** The file of a figure's picture. */
export function pictureFile(figure: string, { name }: Chart): string {
  return `${figure}.${name}.svg`;
}
