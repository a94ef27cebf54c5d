/**
 * Where a byte of a module's code comes from: read from the source map that the module carries in a custom section.
 * The section is as foreign as the module. What is wrong with it, or too large, makes it count as absent: a trap is
 * then told by bytes. Nothing is read before the first trap.
 */
import { traceSegment, TraceMap } from "@jridgewell/trace-mapping";
import { limits } from "../base/limits.ts";
import { CustomSection } from "./module.ts";

/** A place in a source. */
export interface Place {
  /** Path relative to the kernel's folder; `~lib/…` for libraries. */
  readonly source: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The function written there; "" when it is not known. */
  readonly functionName: string;
}

/** A source map of a module: one line, whose columns are offsets in the module. */
export class SourceMap {
  readonly #map: TraceMap;
  readonly #sources: readonly string[];
  readonly #names: readonly string[];

  /** Throws for a text that is no such source map. */
  constructor(text: string) {
    const { sources, names, mappings } = readFields(text);
    this.#sources = sources;
    this.#names = names;
    this.#map = new TraceMap({ version: 3, sources: [], names: [], mappings });
    traceSegment(this.#map, 0, 0); // decodes
  }

  /** The place of the instruction at an offset, by the last entry that begins at it or before, but not before `from`. */
  placeAt(offset: number, from = 0): Place | null {
    const segment = traceSegment(this.#map, 0, offset);
    if (segment === null || segment.length === 1 || segment[0] < from) return null;
    const [, sourceIndex, line, column, nameIndex] = segment;
    const source = this.#sources[sourceIndex];
    if (source === undefined || line < 0 || column < 0) return null;
    const functionName = nameIndex === undefined ? "" : (this.#names[nameIndex] ?? "");
    return { source, line: line + 1, column: column + 1, functionName };
  }
}

/** The source map that a compiled module carries, or null when there is none that can be read. */
export function sourceMapOf(module: WebAssembly.Module): SourceMap | null {
  const [bytes] = WebAssembly.Module.customSections(module, CustomSection.SOURCE_MAP);
  if (bytes === undefined || bytes.byteLength > limits.sourceMapMaxBytes) return null;
  try {
    return new SourceMap(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null; // a broken map must not change how a call ends: its trap is told without lines
  }
}

function readFields(text: string): { sources: string[]; names: string[]; mappings: string } {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new TypeError("the source map is no object");
  const { sources, names, mappings } = value as Readonly<Record<string, unknown>>; // an object, by the check above
  if (typeof mappings !== "string" || mappings.includes(";")) {
    throw new TypeError("the mappings of the source map must be one line");
  }
  return { sources: readStrings(sources), names: readStrings(names), mappings };
}

/** A list of names fit for a line of a message. */
function readStrings(value: unknown): string[] {
  if (!Array.isArray(value)) throw new TypeError("the source map lacks a list of names");
  return value.map((name: unknown) => {
    if (typeof name !== "string" || name.length > limits.sourceNameMaxChars) {
      throw new TypeError("the source map has a name that is none");
    }
    return name.replace(/\p{C}/gu, "?");
  });
}
