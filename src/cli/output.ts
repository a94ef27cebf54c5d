/** Where commands print: results on stdout, everything else on stderr. */

export interface Output {
  readonly json: boolean;
  /** A result, one line. */
  line(text: string): void;
  /** A result for scripts. */
  value(value: unknown): void;
  /** A remark for people, on stderr. */
  note(text: string): void;
  /** Resolves when stdout has taken all. */
  flushed(): Promise<void>;
}

/** Output of this process. Writing to a pipe whose reader has gone ends quietly. */
export function createOutput(json: boolean): Output {
  let state: "open" | "gone" = "open";
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    state = "gone";
  });
  const write = (text: string): void => {
    if (state === "open") process.stdout.write(text);
  };
  return {
    json,
    line: (text) => write(`${text}\n`),
    value: (value) => write(`${JSON.stringify(value, jsonValue)}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    flushed: () =>
      new Promise((resolve) => (state === "gone" ? resolve() : process.stdout.write("", () => resolve()))),
  };
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Rows under headers, columns aligned; numbers to the right. */
export function table(headers: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const right = headers.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  const print = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [print(headers), ...texts.map(print)].join("\n");
}
