/** Reading requests from a file or from stdin. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { UsageError } from "./exit-code.ts";

/** All text of a stream. */
export async function readAll(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Buffer)); // no encoding is set on it
  return Buffer.concat(parts).toString();
}

/** The lines of a file, or of stdin for `-`, without the empty ones. Throws UsageError. */
export async function* readLines(file: string): AsyncGenerator<string> {
  const stream: Readable = file === "-" ? process.stdin : createReadStream(file);
  const opened = file === "-" ? Promise.resolve() : opening(stream, file);
  await opened;
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (line.trim() !== "") yield line;
  }
}

function opening(stream: Readable, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("open", () => resolve());
    stream.once("error", (error) => reject(new UsageError(`cannot read ${file}: ${error.message}`)));
  });
}
