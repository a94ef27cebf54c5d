/** The frames as the stock protobuf library writes and reads them, from the same proto files. */
import { join } from "node:path";
import protobuf from "protobufjs";
import { repository } from "./source-files.ts";
import { comparable } from "./frame-arbitraries.ts";
import type { RecordedFrame } from "./frame-recorder.ts";

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(repository, "proto", target);
root.loadSync([
  "heddle/v1/fabric.proto",
  "heddle/v1/executor.proto",
  "google/rpc/status.proto",
  "google/rpc/error_details.proto",
]);

/** A message type of proto/. */
export function stockType(name: string): protobuf.Type {
  return root.lookupType(name);
}

const fieldOfKind = {
  hello: "hello",
  welcome: "welcome",
  function: "functions",
  batch: "batches",
  chunk: "chunks",
  cancel: "cancels",
  result: "results",
  credit: "credits",
  log: "logs",
  pause: "pauses",
} as const;

const typeOfKind = {
  hello: "Hello",
  welcome: "Welcome",
  function: "FunctionEntry",
  batch: "Batch",
  chunk: "Chunk",
  cancel: "Cancel",
  result: "Result",
  credit: "Credit",
  log: "Log",
  pause: "Pause",
} as const;

/** Type of the message of a frame. */
export function typeOf(frame: RecordedFrame): protobuf.Type {
  return stockType(`heddle.v1.${typeOfKind[frame.kind]}`);
}

/** Number of the field that carries a kind of frame. */
export function fieldNumberOf(frame: RecordedFrame): number {
  const owner =
    frame.kind === "batch" || frame.kind === "hello" || frame.kind === "cancel" || frame.kind === "pause"
      ? "SessionRequest"
      : "ExecuteResponse";
  const field = stockType(`heddle.v1.${owner}`).fields[fieldOfKind[frame.kind]];
  if (field === undefined) throw new Error(`${owner} has no ${frame.kind}`);
  return field.id;
}

/** The plain object that the stock library makes a message of. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Uint32Array || value instanceof Float32Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}

/** A frame's message, encoded by the stock library. */
export function stockEncode(frame: RecordedFrame): Uint8Array {
  const type = typeOf(frame);
  // The library takes any object and is told to check it.
  return type.encode(type.fromObject(plain(frame.frame) as Record<string, unknown>)).finish();
}

/** The frames of a message, read by the stock library: by kind, each in its order. */
export function stockDecode(message: Uint8Array, type: string): Record<string, unknown[]> {
  const stream = stockType(`heddle.v1.${type}`);
  const options = { longs: Number, defaults: true, arrays: true, bytes: Buffer };
  const decoded = stream.toObject(stream.decode(message), options) as Record<string, unknown>; // what toObject gives
  const byKind: Record<string, unknown[]> = {};
  for (const [kind, field] of Object.entries(fieldOfKind)) {
    const value = decoded[field];
    byKind[kind] = (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(
      comparable,
    );
  }
  return byKind;
}
