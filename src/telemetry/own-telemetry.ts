/**
 * Tracing by our own spans, when the OTEL_* variables ask for no more than these do: parent-based sampling and OTLP over
 * HTTP in protobuf, which are the defaults. With any other setting the OpenTelemetry SDK does it, and so do the spans
 * cost what its spans cost. Endpoint, headers, certificates, compression, patience and retries are of OpenTelemetry's own
 * exporter in both cases.
 */
import { limits } from "../base/limits.ts";
import type { SpanAttributes, SpanSource } from "./span-source.ts";
import { OtlpRequests } from "./otlp-request.ts";
import { OwnSource } from "./own-spans.ts";
import { SpanOutbox, type OutboxOptions, type SendSpans } from "./span-outbox.ts";
import { sampledShare, TraceLot } from "./trace-lot.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Values that are understood here, by variable; a variable that is not named here is not. */
const understood: Readonly<Record<string, RegExp>> = {
  OTEL_SDK_DISABLED: /^false$/i,
  OTEL_SERVICE_NAME: /./,
  OTEL_RESOURCE_ATTRIBUTES: /./,
  OTEL_TRACES_EXPORTER: /^otlp$/,
  OTEL_TRACES_SAMPLER: /^parentbased_(always_on|always_off|traceidratio)$/,
  OTEL_TRACES_SAMPLER_ARG: /./,
  OTEL_BSP_SCHEDULE_DELAY: /^[1-9]\d{0,8}$/,
  OTEL_BSP_MAX_QUEUE_SIZE: /^[1-9]\d{0,8}$/,
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: /^[1-9]\d{0,8}$/,
  // Not ours to use: no metrics, no logs, no headers.
  OTEL_METRICS_EXPORTER: /./,
  OTEL_LOGS_EXPORTER: /./,
  OTEL_PROPAGATORS: /./,
};
/** OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and so on. */
const exporterVariable = /^OTEL_EXPORTER_OTLP_(TRACES_)?(\w+)$/;
const exporterValues: Readonly<Record<string, RegExp>> = {
  PROTOCOL: /^http\/protobuf$/,
  ENDPOINT: /./,
  HEADERS: /./,
  TIMEOUT: /./,
  COMPRESSION: /./,
  CERTIFICATE: /./,
  CLIENT_CERTIFICATE: /./,
  CLIENT_KEY: /./,
};

/** Do these variables ask for nothing that is not understood here? */
export function isPlain(environment: Environment): boolean {
  const set = Object.entries(environment).filter(
    ([name, value]) => name.startsWith("OTEL_") && value?.trim(),
  );
  const shareIsKnown =
    environment["OTEL_TRACES_SAMPLER"]?.endsWith("ratio") !== true || shareOf(environment) !== undefined;
  return shareIsKnown && set.every(([name, value = ""]) => valuesOf(name)?.test(value.trim()) === true);
}

function valuesOf(name: string): RegExp | undefined {
  const exporter = exporterVariable.exec(name)?.[2];
  return exporter === undefined ? understood[name] : exporterValues[exporter];
}

/** The share of new traces that are wanted; undefined when it is none. */
function shareOf(environment: Environment): number | undefined {
  const sampler = environment["OTEL_TRACES_SAMPLER"]?.trim() ?? "";
  if (sampler === "parentbased_always_off") return 0;
  if (sampler === "" || sampler === "parentbased_always_on") return 1;
  return sampledShare(sampler, environment["OTEL_TRACES_SAMPLER_ARG"]);
}

/** Spans on their way to a receiver. */
export interface OwnTelemetry {
  readonly source: SpanSource;
  /** Sends what is left. */
  shutdown(): Promise<void>;
}

/**
 * Loads what it needs, which is much less than the SDK. What it gives starts tracing by a plain environment, with the
 * OTEL_* variables of the process being the same; `identity` are attributes of the resource unless the variables have
 * others.
 */
export async function loadOwnTelemetry(): Promise<
  (identity: SpanAttributes, environment: Environment) => OwnTelemetry
> {
  const { convertLegacyHttpOptions, createOtlpHttpExportDelegate } =
    await import("@opentelemetry/otlp-exporter-base/node-http");
  const { detectResources, envDetector } = await import("@opentelemetry/resources");
  return (identity, environment) => {
    const headers = { "Content-Type": "application/x-protobuf" };
    const exporter = createOtlpHttpExportDelegate<Request, object>(
      convertLegacyHttpOptions({}, "TRACES", "v1/traces", headers),
      { serializeRequest: ({ body }) => body, deserializeResponse: () => ({}) },
      "otlp_http_span_exporter",
      { name: "span", countItems: ({ count }) => count },
      undefined,
    );
    const { attributes } = detectResources({ detectors: [envDetector] });
    const requests = new OtlpRequests({ ...identity, ...scalars(attributes) }, scope);
    // What became of a request is of no interest: it cannot be sent again, and spans go on without it.
    const send: SendSpans = (spans, count) =>
      new Promise((resolve) => exporter.export({ body: requests.body(spans), count }, () => resolve()));
    const outbox = new SpanOutbox(outboxOptions(environment), send);
    return {
      source: new OwnSource(new TraceLot(shareOf(environment) ?? 1, Math.random), outbox),
      async shutdown() {
        await outbox.close();
        await exporter.shutdown();
      },
    };
  };
}

interface Request {
  readonly body: Uint8Array;
  readonly count: number;
}

const scope = "heddle";
const delayMs = 5_000; // OpenTelemetry's default

function outboxOptions(environment: Environment): OutboxOptions {
  const number = (name: string, otherwise: number): number => Number(environment[name]?.trim() || otherwise);
  return {
    queueSpans: number("OTEL_BSP_MAX_QUEUE_SIZE", limits.telemetryQueueSpans),
    batchSpans: number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", limits.telemetryBatchSpans),
    delayMs: number("OTEL_BSP_SCHEDULE_DELAY", delayMs),
  };
}

/** The variables have texts only. */
function scalars(attributes: Readonly<Record<string, unknown>>): SpanAttributes {
  const texts = Object.entries(attributes).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string",
  );
  return Object.fromEntries(texts);
}
