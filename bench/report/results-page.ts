/** Results as Markdown: for `bench/results/README.md`, and in parts for the documentation. */
import { shortNumber, summaryRow, targetOf, verdictOf } from "./report.ts";
import { pictureFile, type SavedFigure, type SavedResults } from "./saved-results.ts";

/** The whole page; pictures are beside it. */
export function resultsPage(saved: SavedResults): string {
  const figures = saved.figures.map(
    (figure) => `## ${figure.name}\n\n${figure.about}.\n\n${figureBlock(figure, ".")}\n`,
  );
  return ["# Results", machineBlock(saved), summaryBlock(saved, "."), ...figures].join("\n\n");
}

/** On what and when it was measured. */
export function machineBlock({ machine, versions, figures }: SavedResults): string {
  const { processor, cores, memoryGiB, system, loadAverage } = machine;
  const days = [...new Set(figures.map(({ measuredAt }) => measuredAt.slice(0, 10)))].toSorted();
  const commits = [...new Set(figures.map(({ commit }) => commit))].filter((commit) => commit !== "");
  const rows = Object.entries({
    ...{ processor: `${processor}, ${cores} cores`, memory: `${memoryGiB} GiB`, system },
    "load average before": String(loadAverage),
    measured: days.join(", "),
    ...versions,
    ...(commits.length === 0 ? {} : { commit: commits.join(", ") }),
  });
  return markdownTable(["", ""], rows);
}

/** The picture and the table of all figures. */
export function summaryBlock({ figures }: SavedResults, folder: string): string {
  const missing = figures.flatMap(({ name, skipped, failed }) => {
    if (skipped !== undefined) return [`- ${name} was skipped: ${skipped}`];
    return failed === undefined ? [] : [`- ${name} failed: ${failed}`];
  });
  const picture = `![All figures against their targets](${folder}/targets.svg)`;
  const headers = ["figure", "Heddle", "baseline", "unit", "ratio", "target", ""];
  const rows = markdownTable(headers, figures.map(summaryRow));
  return [picture, rows, missing.join("\n")].filter((part) => part !== "").join("\n\n");
}

/** What was found of one figure. */
export function figureBlock(figure: SavedFigure, folder: string): string {
  const { name, value, baseline, ratio, unit, details, charts = [], settings = {} } = figure;
  if (ratio === null || details === undefined)
    return figure.skipped === undefined ? `It failed: ${figure.failed}` : `It was skipped: ${figure.skipped}`;
  const verdict = `**${shortNumber(ratio)}** (target ${targetOf(figure)}: ${verdictOf(figure)})`;
  const parts = [
    `${shortNumber(value)} against ${shortNumber(baseline)} ${unit}: ${verdict}.${figure.plan === "quick" ? " A quick run." : ""}`,
    markdownTable(details.headers, details.rows),
    Object.entries(settings)
      .map(([setting, said]) => `- ${setting}: ${said}`)
      .join("\n"),
    ...charts.map((chart) => `![${chart.title}](${folder}/${pictureFile(name, chart)})`),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function markdownTable(headers: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const numeric = headers.map((_, column) =>
    rows.every((row) => /^[-–\d.][-–\d. ]*$/.test(String(row[column] ?? ""))),
  );
  const rule = numeric.map((isNumeric) => (isNumeric ? "--:" : "---"));
  return [headers, rule, ...rows].map(markdownRow).join("\n");
}

function markdownRow(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
