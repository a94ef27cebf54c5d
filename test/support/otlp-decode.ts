/** Reads OTLP trace requests, JSON or protobuf, into plain spans. Only the fields that tests look at. */
import protobuf from "protobufjs";

/** A span as it reached the collector. */
export interface ReceivedSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Undefined for the root of a trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer" | "unspecified";
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly status: { readonly code: "unset" | "ok" | "error"; readonly message: string };
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly resource: Readonly<Record<string, AttributeValue>>;
}

/** Values of attributes; 64-bit integers come as numbers. */
export type AttributeValue = string | number | boolean | readonly AttributeValue[] | undefined;

/** Reads the body of a request with `content-type: application/json`. */
export function decodeOtlpJson(body: string): ReceivedSpan[] {
  return spansOf(JSON.parse(body) as WireRequest); // a test's own exporter wrote it
}

/** Reads the body of a request with `content-type: application/x-protobuf`. */
export function decodeOtlpProtobuf(body: Uint8Array): ReceivedSpan[] {
  const message = requestType.decode(body);
  const plain = requestType.toObject(message, { longs: String, bytes: String });
  return spansOf(plain as WireRequest, base64ToHex); // the schema below is the type's
}

function spansOf(request: WireRequest, id: (text: string) => string = (text) => text): ReceivedSpan[] {
  return (request.resourceSpans ?? []).flatMap((group) =>
    (group.scopeSpans ?? []).flatMap((scope) =>
      (scope.spans ?? []).map((span) => ({
        traceId: id(span.traceId),
        spanId: id(span.spanId),
        parentSpanId: span.parentSpanId ? id(span.parentSpanId) : undefined,
        name: span.name,
        kind: kinds[span.kind ?? 0] ?? "unspecified",
        attributes: attributesOf(span.attributes),
        status: { code: statuses[span.status?.code ?? 0] ?? "unset", message: span.status?.message ?? "" },
        startMs: millis(span.startTimeUnixNano),
        endMs: millis(span.endTimeUnixNano),
        resource: attributesOf(group.resource?.attributes),
      })),
    ),
  );
}

const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const statuses = ["unset", "ok", "error"] as const;

const base64ToHex = (text: string): string => Buffer.from(text, "base64").toString("hex");
const millis = (nanos: string | number): number => Number(BigInt(nanos) / 1000n) / 1000;

function attributesOf(pairs: readonly WirePair[] = []): Record<string, AttributeValue> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: WireValue): AttributeValue {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}

interface WireRequest {
  resourceSpans?: {
    resource?: { attributes?: WirePair[] };
    scopeSpans?: { spans?: WireSpan[] }[];
  }[];
}
interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind?: number;
  startTimeUnixNano: string | number;
  endTimeUnixNano: string | number;
  attributes?: WirePair[];
  status?: { code?: number; message?: string };
}
interface WirePair {
  key: string;
  value: WireValue;
}
interface WireValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: WireValue[] };
}

/** The part of opentelemetry/proto/collector/trace/v1/trace_service.proto that is read here. */
const schema = `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated Pair attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    int32 kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated Pair attributes = 9;
    Status status = 15;
  }
  message Status { string message = 2; int32 code = 3; }
  message Pair { string key = 1; Value value = 2; }
  message Value {
    oneof value {
      string string_value = 1;
      bool bool_value = 2;
      int64 int_value = 3;
      double double_value = 4;
      Values array_value = 5;
    }
  }
  message Values { repeated Value values = 1; }
`;
const requestType = protobuf.parse(schema).root.lookupType("Request");
