/** Where commands print: results on stdout, everything else on stderr. */

export interface Output {
  readonly json: boolean;
  /** Aborts when the reader of stdout has gone, as `head` does when it has enough: there is nobody to work for. */
  readonly unread: AbortSignal;
  /** A result, one line. */
  line(text: string): void;
  /** One of many results for people; resolves as `row` does. */
  print(text: string): Promise<void>;
  /** A result for scripts. */
  value(value: unknown): void;
  /** One of many results, on a line of JSON; resolves when stdout takes the next, or nobody reads any more. */
  row(value: unknown): Promise<void>;
  /** A remark for people, on stderr. */
  note(text: string): void;
  /** Resolves when stdout has taken all. */
  flushed(): Promise<void>;
}

/** Output of this process. Writing to a pipe whose reader has gone ends quietly. */
export function createOutput(json: boolean): Output {
  const { stdout, stderr } = process;
  const unread = new AbortController();
  let room = Promise.withResolvers<void>();
  const goOn = (): void => {
    room.resolve();
    room = Promise.withResolvers();
  };
  stdout.on("drain", goOn);
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    unread.abort();
    goOn();
  });
  // Remarks that nobody can read must not end what they are about, a whole fabric perhaps.
  stderr.on("error", () => {});
  const write = (text: string): boolean => unread.signal.aborted || stdout.write(text);
  const textOf = (value: unknown): string => `${JSON.stringify(value, jsonValue)}\n`;
  return {
    json,
    unread: unread.signal,
    line: (text) => void write(`${text}\n`),
    value: (value) => void write(textOf(value)),
    print: (text) => (write(`${text}\n`) ? Promise.resolve() : room.promise),
    row: (value) => (write(textOf(value)) ? Promise.resolve() : room.promise),
    note: (text) => void stderr.write(`${text}\n`),
    flushed: () =>
      new Promise((resolve) => (unread.signal.aborted ? resolve() : stdout.write("", () => resolve()))),
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
