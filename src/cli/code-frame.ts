/** Where a build says that something is wrong. */
export interface PlacedProblem {
  /** As the build names it: relative to the kernel's folder. "" when it names no place. */
  readonly file: string;
  /** From 1; 0 when it names no place. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The problems in the message of a BUILD_FAILED, a line each. */
export function problemsOf(message: string): PlacedProblem[] {
  return message.split("\n").map((text) => {
    const [, file = "", line = "0", column = "0", said = text] =
      /^(\S.*?)(?::(\d+):(\d+))? {2}(.*)$/.exec(text) ?? [];
    return { file, line: Number(line), column: Number(column), message: said };
  });
}

/** Lines before and after the one that is meant. */
const around = 2;

/** The lines around a place, the place marked; "" when the text does not have it. */
export function codeFrame(text: string, line: number, column: number): string {
  const lines = text.split(/\r\n|\n/);
  if (line < 1 || line > lines.length) return "";
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, line + around);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const code = lines[number - 1] ?? "";
    shown.push(`${number === line ? ">" : " "} ${String(number).padStart(width)} | ${code}`.trimEnd());
    if (number !== line || column < 1) continue;
    // Tabs stay tabs, so that the mark stands under its character.
    const before = code.slice(0, column - 1).replace(/[^\t]/g, " ");
    shown.push(`  ${" ".repeat(width)} | ${before}^`);
  }
  return shown.join("\n");
}
