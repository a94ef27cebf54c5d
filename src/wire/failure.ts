/**
 * HeddleError ⇄ google.rpc.Status, the value of `grpc-status-details-bin`: ErrorInfo carries the stable reason in the
 * domain `heddle` with attempts, node and trace as metadata, RetryInfo the advice when to ask again.
 * Source: google/rpc/status.proto, google/rpc/error_details.proto, and AIP-193.
 */
import { toCode } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { WireType } from "./varint.ts";

const domain = "heddle";
const errorInfoType = "type.googleapis.com/google.rpc.ErrorInfo";
const retryInfoType = "type.googleapis.com/google.rpc.RetryInfo";

/** The error as a serialised google.rpc.Status; `message` is the sentence in it, when it is not the whole one. */
export function encodeFailure(error: HeddleError, message = error.rawMessage): Uint8Array {
  const writer = new ByteWriter();
  if (error.code !== 0) {
    writer.tag(1, WireType.VARINT);
    writer.varint(error.code);
  }
  text(writer, 2, message);
  any(writer, errorInfoType, (value) => {
    text(value, 1, error.reason);
    text(value, 2, domain);
    if (error.attempts !== undefined) entry(value, "attempts", String(error.attempts));
    if (error.node !== undefined) entry(value, "node", error.node);
    if (error.traceId !== undefined) entry(value, "trace_id", error.traceId);
  });
  if (error.retryAfterMs !== undefined) {
    const wait = Math.round(error.retryAfterMs);
    any(writer, retryInfoType, (value) => {
      value.tag(1, WireType.LENGTH);
      value.delimited((duration) => {
        number(duration, 1, Math.floor(wait / 1000));
        number(duration, 2, (wait % 1000) * 1_000_000);
      });
    });
  }
  return writer.finish();
}

function text(writer: ByteWriter, field: number, value: string): void {
  writer.tag(field, WireType.LENGTH);
  writer.string(value);
}

function number(writer: ByteWriter, field: number, value: number): void {
  if (value === 0) return;
  writer.tag(field, WireType.VARINT);
  writer.varint(value);
}

function any(writer: ByteWriter, type: string, write: (writer: ByteWriter) => void): void {
  writer.tag(3, WireType.LENGTH);
  writer.delimited((detail) => {
    text(detail, 1, type);
    detail.tag(2, WireType.LENGTH);
    detail.delimited(write);
  });
}

function entry(writer: ByteWriter, key: string, value: string): void {
  writer.tag(3, WireType.LENGTH);
  writer.delimited((pair) => {
    text(pair, 1, key);
    text(pair, 2, value);
  });
}

interface Found {
  code: number;
  message: string;
  reason: string;
  domain: string;
  retryAfterMs: number | undefined;
  readonly metadata: Map<string, string>;
}

/** The HeddleError in a serialised google.rpc.Status; undefined when it holds none of ours or cannot be read. */
export function decodeFailure(bytes: Uint8Array): HeddleError | undefined {
  const found: Found = {
    code: 0,
    message: "",
    reason: "",
    domain: "",
    retryAfterMs: undefined,
    metadata: new Map(),
  };
  try {
    readFields(bytes, (field, reader) => {
      if (field === 1) found.code = reader.varint();
      else if (field === 2) found.message = reader.string();
      else if (field === 3) readDetail(reader.copyBytes(), found);
      else return false;
      return true;
    });
  } catch {
    return undefined; // a stranger's trailer: the plain status says enough
  }
  if (found.domain !== domain || found.reason === "") return undefined;
  const attempts = found.metadata.get("attempts");
  const node = found.metadata.get("node");
  const traceId = found.metadata.get("trace_id");
  return new HeddleError(found.reason, found.message, {
    code: toCode(found.code),
    ...(attempts === undefined ? {} : { attempts: Number(attempts) }),
    ...(node === undefined ? {} : { node }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(found.retryAfterMs === undefined ? {} : { retryAfterMs: found.retryAfterMs }),
  });
}

/** Calls `take` for every field; what it does not take (false) is skipped. */
function readFields(bytes: Uint8Array, take: (field: number, reader: ByteReader) => boolean): void {
  const reader = new ByteReader(bytes, "PROTOCOL", "google.rpc.Status");
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (!take(tag >>> 3, reader)) reader.skip(tag);
  }
}

function readDetail(bytes: Uint8Array, found: Found): void {
  let type = "";
  let value: Uint8Array = new Uint8Array(0);
  readFields(bytes, (field, reader) => {
    if (field === 1) type = reader.string();
    else if (field === 2) value = reader.copyBytes();
    else return false;
    return true;
  });
  if (type === errorInfoType) readErrorInfo(value, found);
  if (type === retryInfoType) readRetryInfo(value, found);
}

function readErrorInfo(bytes: Uint8Array, found: Found): void {
  readFields(bytes, (field, reader) => {
    if (field === 1) found.reason = reader.string();
    else if (field === 2) found.domain = reader.string();
    else if (field === 3) readEntry(reader.copyBytes(), found.metadata);
    else return false;
    return true;
  });
}

function readEntry(bytes: Uint8Array, metadata: Map<string, string>): void {
  let key = "";
  let value = "";
  readFields(bytes, (field, reader) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  metadata.set(key, value);
}

function readRetryInfo(bytes: Uint8Array, found: Found): void {
  readFields(bytes, (field, reader) => {
    if (field !== 1) return false;
    let wait = 0;
    readFields(reader.copyBytes(), (part, duration) => {
      if (part === 1) wait += duration.varint() * 1000;
      else if (part === 2) wait += duration.varint() / 1_000_000;
      else return false;
      return true;
    });
    found.retryAfterMs = wait;
    return true;
  });
}
