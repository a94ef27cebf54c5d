/**
 * Plain-text tables for a terminal. Columns are aligned by the cells that characters take on the screen, not by their
 * number: combining marks take none, East Asian wide characters and emoji take two.
 */

/** Lines of a table with a heading and a rule below it, joined by line feeds, without one at the end. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map((column) => column.heading), ...rows.map((row) => row.map(oneLine))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => displayWidth(row[i] ?? ""))));
  const lines = cells.map((row) =>
    columns
      .map((column, i) => pad(row[i] ?? "", widths[i] ?? 0, column.align))
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  return lines.join("\n");
}

/** One column: its heading, and the side its cells lean to (numbers to the right). */
export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

/** The demonstration's final table. */
export function problemTable(rows: readonly ProblemRow[]): string {
  const columns: readonly Column[] = [
    { heading: "problem", align: "left" },
    { heading: "node", align: "left" },
    { heading: "attempts", align: "right" },
    { heading: "steps", align: "right" },
    { heading: "ms", align: "right" },
    { heading: "error", align: "right" },
  ];
  return table(
    columns,
    rows.map((row) => [
      row.problem,
      row.nodes.join(" → "),
      String(row.attempts),
      formatCount(row.steps),
      formatMilliseconds(row.milliseconds),
      Number.isNaN(row.error) ? "–" : row.error.toExponential(1),
    ]),
  );
}

/** One line of the demonstration's table. */
export interface ProblemRow {
  readonly problem: string;
  /** Nodes in the order of the attempts. */
  readonly nodes: readonly string[];
  readonly attempts: number;
  readonly steps: number;
  readonly milliseconds: number;
  /** Relative error; NaN when there was no reply. */
  readonly error: number;
}

/** A whole number with a comma between thousands, whatever the language of the machine: `1,234,567`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Milliseconds with the digits that matter: `0.42`, `4.2`, `42`, `4,200`. */
export function formatMilliseconds(value: number): string {
  if (value < 1) return value.toFixed(2);
  return value < 10 ? value.toFixed(1) : formatCount(value);
}

/** How many cells of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (wide.test(segment)) width += 2;
    else if (!invisible.test(segment)) width += 1;
  }
  return width;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Hangul, CJK, kana, fullwidth forms, and what is shown as an emoji. */
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;

/** Keeps a cell on its line: whatever would move the cursor becomes a space. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

function pad(text: string, width: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + space : space + text;
}
