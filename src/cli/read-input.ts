/** Reading requests from a file or from stdin. A read that is waiting ends with its signal. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { addAbortSignal, type Readable } from "node:stream";
import { HeddleError } from "../base/error.ts";
import { UsageError } from "./exit-code.ts";

/** All text of a stream. */
export async function readAll(stream: Readable, signal: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of addAbortSignal(signal, stream)) parts.push(Buffer.from(part as Buffer)); // no encoding is set
  return Buffer.concat(parts).toString();
}

/** The JSON of a request. Throws UsageError. */
export function parseRequest(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `the request is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** A line of input. */
export interface InputLine {
  /** 1 for the first, empty ones counted. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a file, or of stdin for `-`, without the empty ones. Throws UsageError when it cannot be opened. */
export async function openLines(file: string, signal: AbortSignal): Promise<AsyncGenerator<InputLine>> {
  return linesOf(file, file === "-" ? process.stdin : await openFile(file), signal);
}

async function* linesOf(file: string, stream: Readable, signal: AbortSignal): AsyncGenerator<InputLine> {
  const lines = createInterface({ input: stream, crlfDelay: Infinity, signal });
  let broken: Error | undefined;
  stream.once("error", (error) => {
    broken = error;
    lines.close();
  });
  let number = 0;
  for await (const text of lines) {
    number++;
    // Editors on some systems put a byte order mark before the first line.
    const line = number === 1 ? text.replace(/^\uFEFF/, "") : text;
    if (line.trim() !== "") yield { number, text: line };
  }
  if (broken !== undefined)
    throw new HeddleError("BAD_REQUEST", `cannot read on in ${file}: ${broken.message}`, { cause: broken });
}

async function openFile(file: string): Promise<Readable> {
  try {
    if ((await stat(file)).isDirectory()) throw new Error("it is a folder");
    const stream = createReadStream(file);
    await new Promise((resolve, reject) => stream.once("ready", resolve).once("error", reject));
    return stream;
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
