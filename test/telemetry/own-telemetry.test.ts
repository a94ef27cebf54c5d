import { describe, expect, it } from "vitest";
import { isPlain } from "../../src/telemetry/own-telemetry.ts";

describe("isPlain", () => {
  it.each<[boolean, Record<string, string>]>([
    [true, {}],
    [true, { PATH: "/bin", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }],
    [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:4318/v1/traces" }],
    [true, { OTEL_EXPORTER_OTLP_HEADERS: "a=b", OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" }],
    [true, { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }],
    [true, { OTEL_TRACES_EXPORTER: " ", OTEL_LOG_LEVEL: "" }],
    [true, { OTEL_SERVICE_NAME: "loom", OTEL_RESOURCE_ATTRIBUTES: "team=weavers" }],
    [true, { OTEL_TRACES_SAMPLER: "parentbased_always_on" }],
    [true, { OTEL_TRACES_SAMPLER: "parentbased_always_off" }],
    [true, { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" }],
    [false, { OTEL_TRACES_SAMPLER: "parentbased_traceidratio" }],
    [false, { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "two" }],
    [false, { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" }],
    [false, { OTEL_TRACES_SAMPLER: "always_on" }],
    [false, { OTEL_TRACES_EXPORTER: "console" }],
    [false, { OTEL_TRACES_EXPORTER: "otlp,console" }],
    [false, { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }],
    [false, { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json" }],
    [false, { OTEL_BSP_SCHEDULE_DELAY: "soon" }],
    [false, { OTEL_BSP_EXPORT_TIMEOUT: "5000" }],
    [false, { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "10" }],
    [false, { OTEL_LOG_LEVEL: "debug" }],
  ])("is %s for %j", (expected, environment) => {
    expect(isPlain(environment)).toBe(expected);
  });
});
