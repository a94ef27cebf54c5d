/** Reading requests from a file or from stdin. A read that is waiting ends with its signal. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { HeddleError } from "../base/error.ts";
import { UsageError } from "./exit-code.ts";
import { textLines, type TextLine } from "./text-lines.ts";

/** All text of a stream. Throws UsageError when it is not UTF-8. */
export async function readAll(stream: Readable, signal: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of addAbortSignal(signal, stream)) parts.push(Buffer.from(part as Buffer)); // no encoding is set
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) throw new UsageError("the request is not UTF-8");
  return bytes.toString();
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

/** The lines of a file, or of stdin for `-`, without the empty ones. Throws UsageError when it cannot be opened. */
export async function openLines(file: string, signal: AbortSignal): Promise<AsyncGenerator<TextLine>> {
  return linesOf(file, file === "-" ? process.stdin : await openFile(file), signal);
}

async function* linesOf(file: string, stream: Readable, signal: AbortSignal): AsyncGenerator<TextLine> {
  try {
    for await (const line of textLines(addAbortSignal(signal, stream))) {
      // Editors on some systems put a byte order mark before the first line.
      const text = "text" in line && line.number === 1 ? line.text.replace(/^\uFEFF/, "") : undefined;
      const cleaned = text === undefined ? line : { ...line, text };
      if (!("text" in cleaned) || cleaned.text.trim() !== "") yield cleaned;
    }
  } catch (error) {
    if (signal.aborted) return;
    const said = error instanceof Error ? error.message : String(error);
    throw new HeddleError("BAD_REQUEST", `cannot read on in ${file}: ${said}`, { cause: error });
  }
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
