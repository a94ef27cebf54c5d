/**
 * The stack of a trap: V8's lines, with the places in the kernel's sources where a source map knows them.
 *
 * What an author reads first is a line of their own. Frames of libraries stand behind it, and those of the entry that
 * Heddle generates, and of what it links in, are left out unless there is nothing else.
 */
import { unwatchedOffset, type Watch } from "./watched-module.ts";
import type { Place } from "./source-map.ts";

/** One function that ran when a kernel trapped. */
export interface TrapFrame {
  /** Name in the module: `linalg/matmul`, or `function 7` where it has none. */
  readonly name: string;
  /** Offset in the uploaded module. */
  readonly offset: number;
  readonly place: Place | null;
}

/** How offsets of the compiled module become places. */
export interface StackSource {
  /** How many bytes later the code begins than in the uploaded module. */
  readonly codeShiftBytes: number;
  /** Where instructions have gone besides, in code that keeps a mark. */
  readonly watch: Watch | undefined;
  placeAt(offset: number): Place | null;
}

/** `    at linalg.multiply (wasm://wasm/linalg-0f:wasm-function[3]:0x1a)`; the name is there if the module has names. */
const framePattern = /^\s*at (?:(.*) \()?wasm:\/\/.*:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/;

/** The kernel's frames of an error, innermost first. */
export function readStack(error: unknown, { codeShiftBytes, watch, placeAt }: StackSource): TrapFrame[] {
  if (!(error instanceof Error) || typeof error.stack !== "string") return [];
  return error.stack.split("\n").flatMap((line): TrapFrame[] => {
    const match = framePattern.exec(line);
    if (match === null) return [];
    const [, name, index = "?", digits = "0"] = match;
    const found = Number.parseInt(digits, 16);
    const offset = (watch === undefined ? found : unwatchedOffset(watch, found)) - codeShiftBytes;
    return [{ name: name ?? `function ${index}`, offset, place: placeAt(offset) }];
  });
}

const framesMax = 3;

/** ` at linalg.ts:12:7 in multiply, called by linalg.ts:30:10 in matmul`: for a message of one line. */
export function shortStack(frames: readonly TrapFrame[]): string {
  const first = frames.findIndex(({ place }) => place !== null && !isLibrary(place.source));
  if (first < 0) {
    const all = frames.slice(0, framesMax).map(byteOf);
    return all.length === 0 ? "" : ` in ${all.join(", called by ")}`;
  }
  const through = frames.slice(0, first).find(isOfLibrary);
  const own = frames.filter(({ place }) => place !== null && !isLibrary(place.source)).slice(0, framesMax);
  return ` at ${own.map((frame, index) => placeOf(frame, index === 0 ? through : undefined)).join(", called by ")}`;
}

/** A line for each frame; equal ones that follow one another are counted. */
export function fullStack(frames: readonly TrapFrame[]): string {
  const lines: { text: string; times: number }[] = [];
  for (const frame of frames) {
    if (isOfHeddle(frame)) continue;
    const text = frame.place === null ? `in ${byteOf(frame)}` : `at ${placeOf(frame)}`;
    const last = lines.at(-1);
    if (last?.text === text) last.times += 1;
    else lines.push({ text, times: 1 });
  }
  return lines.map(({ text, times }) => `\n    ${text}${times > 1 ? ` (${times} times)` : ""}`).join("");
}

function isLibrary(source: string): boolean {
  return source.startsWith("~");
}

function isOfHeddle({ name }: TrapFrame): boolean {
  return /^~(?:lib\/)?heddle\//.test(name);
}

/** Whether no function of a kernel's sources ran, nor one of a library: only what Heddle links in. */
export function isAllOfHeddle(frames: readonly TrapFrame[]): boolean {
  const isEntry = (frame: TrapFrame): boolean => frame.place === null || isLibrary(frame.place.source);
  return frames.length > 0 && frames.every((frame) => isOfHeddle(frame) && isEntry(frame));
}

function isOfLibrary(frame: TrapFrame): boolean {
  return isLibrary(frame.name) && !isOfHeddle(frame);
}

/** `linalg.ts:12:7 in multiply`; in brackets, into which function it was inlined and which of a library it called. */
function placeOf(frame: TrapFrame, through?: TrapFrame): string {
  const { place, name } = frame;
  if (place === null) return byteOf(frame);
  const outer = plainName(name);
  const inner = place.functionName === "" ? outer : place.functionName;
  const notes = [
    ...(inner === outer || outer === "" ? [] : [`inlined into ${outer}`]),
    ...(through === undefined ? [] : [`through ${through.name}`]),
  ];
  const note = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  const within = inner === "" ? "" : ` in ${inner}`; // code at the top level of a source is in no function
  return `${place.source}:${place.line}:${place.column}${within}${note}`;
}

function byteOf({ name, offset }: TrapFrame): string {
  return `${/^function \d+$/.test(name) ? name : `"${name}"`} (byte ${offset})`;
}

/** `lib/vector/Vector<f64>#dot` → `Vector.dot`, `linalg/matmul~anonymous|0` → `matmul`. */
function plainName(name: string): string {
  const cut = name.replace(/<.*?>(?=[#.]|$)/g, "").replace(/~.*$/, "");
  return cut.slice(cut.lastIndexOf("/") + 1).replace(/#(?:get:|set:)?/, ".");
}
