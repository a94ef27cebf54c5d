import { createServer } from "node:net";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { isTracing } from "../../src/telemetry/sampling.ts";
import { startTelemetry, wantsTraces, type Environment, type Telemetry } from "../../src/telemetry/setup.ts";
import { startAttemptSpan, startInvokeSpan } from "../../src/telemetry/spans.ts";
import { startOtlpReceiver, type OtlpReceiver, type OtlpReceiverOptions } from "../support/otlp-receiver.ts";
import { startSpanRecorder } from "../support/span-recorder.ts";

const at = 1_800_000_000_000.5;
const neverByTimer = { OTEL_BSP_SCHEDULE_DELAY: "3600000" };

let telemetry: Telemetry | undefined;
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  await telemetry?.shutdown(0);
  await receiver?.stop();
});

async function setup(environment: Environment, options?: OtlpReceiverOptions) {
  const started = await startOtlpReceiver(options);
  receiver = started;
  telemetry = await startTelemetry({
    serviceName: "heddle-test",
    version: "1.2.3",
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: started.url, ...neverByTimer, ...environment },
  });
  return { receiver: started, telemetry };
}

/** One invocation with one attempt, as the SDK and the gateway record it. */
function traceOneCall(): void {
  const call = startInvokeSpan("ode/solve", at);
  const start = { functionName: "ode/solve", node: "node-1", number: 1 };
  const timings = { queuedMs: 2, coldMs: 0, runMs: 6, worker: 3 };
  startAttemptSpan(call?.context(), at + 1, start)?.end({
    at: at + 11,
    outcome: "failed",
    reason: "KERNEL_TRAP",
    message: "unreachable",
    timings,
  });
  call?.end({ at: at + 12 });
}

describe("wantsTraces", () => {
  it.each<[boolean, Environment]>([
    [false, {}],
    [false, { PATH: "/bin", OTEL_SERVICE_NAME: "x", OTEL_LOG_LEVEL: "info" }],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }],
    [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:4318/v1/traces" }],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: " " }],
    [true, { OTEL_TRACES_EXPORTER: "console" }],
    [true, { OTEL_TRACES_EXPORTER: "otlp,console" }],
    [false, { OTEL_TRACES_EXPORTER: "none" }],
    [false, { OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }],
    [true, { OTEL_TRACES_EXPORTER: "", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }],
    [false, { OTEL_SDK_DISABLED: "TRUE", OTEL_TRACES_EXPORTER: "otlp" }],
    [true, { OTEL_SDK_DISABLED: "false", OTEL_TRACES_EXPORTER: "otlp" }],
  ])("is %s for %j", (expected, environment) => {
    expect(wantsTraces(environment)).toBe(expected);
  });
});

describe("startTelemetry", () => {
  it("does nothing when nothing asks for traces", async () => {
    telemetry = await startTelemetry({ serviceName: "heddle-test", environment: {} });
    expect(telemetry).toMatchObject({ enabled: false, problem: undefined });
    expect(isTracing()).toBe(false);
    await telemetry.shutdown();
  });

  it("does not even load the SDK then", async () => {
    const script = `
      import { startTelemetry } from "./src/telemetry/setup.ts";
      import { registerHooks } from "node:module";
      let loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      await startTelemetry({ serviceName: "x" });
      console.log(JSON.stringify(loaded));
    `;
    const run = async (environment: Environment): Promise<string> => {
      const args = ["--input-type=module", "--eval", script];
      const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...environment } });
      return stdout.trim();
    };
    expect(await run({})).toBe("[]");
    expect(await run({ OTEL_TRACES_EXPORTER: "console" })).toContain("sdk-node");
  });

  it.each(["http/json", "http/protobuf"])("exports over %s, the rest at shutdown", async (protocol) => {
    const { receiver, telemetry } = await setup({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
    expect(telemetry).toMatchObject({ enabled: true, problem: undefined });
    traceOneCall();
    expect(receiver.spans()).toHaveLength(0);
    await telemetry.shutdown();
    const spans = receiver.spans();
    const names = ["queue", "run", "execute", "attempt", "invoke"];
    expect(spans.map((span) => span.name)).toEqual(names);
    const [, run, execute, attempt, invoke] = spans;
    expect(invoke?.parentSpanId).toBeUndefined();
    expect(attempt).toMatchObject({ parentSpanId: invoke?.spanId, traceId: invoke?.traceId, kind: "client" });
    expect(execute).toMatchObject({ parentSpanId: attempt?.spanId, kind: "server" });
    expect(run).toMatchObject({ parentSpanId: execute?.spanId, kind: "internal" });
    expect(attempt?.status).toEqual({ code: "error", message: "unreachable" });
    expect(attempt?.attributes).toMatchObject({ "heddle.node.id": "node-1", "heddle.attempt": 1 });
    expect(attempt?.startMs).toBeCloseTo(at + 1, 2);
    expect(attempt?.endMs).toBeCloseTo(at + 11, 2);
    expect(invoke?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(invoke?.resource).toMatchObject({
      "service.name": "heddle-test",
      "service.version": "1.2.3",
      "process.pid": process.pid,
    });
    expect(invoke?.resource).not.toHaveProperty("process.command_args");
  });

  it("exports while the process runs, without waiting for its end", async () => {
    const { receiver } = await setup({ OTEL_BSP_SCHEDULE_DELAY: "1" });
    traceOneCall();
    const spans = await receiver.waitFor((all) => all.some((span) => span.name === "invoke"));
    expect(spans).toHaveLength(5);
  });

  it.each<[string, Environment]>([
    ["OTEL_SERVICE_NAME", { OTEL_SERVICE_NAME: "mine" }],
    ["OTEL_RESOURCE_ATTRIBUTES", { OTEL_RESOURCE_ATTRIBUTES: "service.name=mine,team=loom" }],
  ])("lets %s name the service", async (_, environment) => {
    const { receiver, telemetry } = await setup(environment);
    traceOneCall();
    await telemetry.shutdown();
    expect(receiver.spans()[0]?.resource).toMatchObject({ "service.name": "mine" });
  });

  it("samples as OTEL_TRACES_SAMPLER says", async () => {
    const { receiver, telemetry } = await setup({ OTEL_TRACES_SAMPLER: "always_off" });
    expect(startInvokeSpan("ode/solve", at)).toBeUndefined();
    await telemetry.shutdown();
    expect(receiver.requests()).toBe(0);
  });

  it("holds more than a turn's worth of spans", async () => {
    const { receiver, telemetry } = await setup({});
    for (let call = 0; call < 1000; call++) traceOneCall();
    await telemetry.shutdown(20_000);
    expect(receiver.spans()).toHaveLength(5000);
  });

  it("leaves the environment of the process as it was", async () => {
    const before = { ...process.env };
    await setup({ OTEL_TRACES_SAMPLER: "always_on" });
    expect({ ...process.env }).toEqual(before);
  });

  it("turns tracing off again, and may be started anew", async () => {
    const { telemetry } = await setup({});
    await Promise.all([telemetry.shutdown(), telemetry.shutdown()]);
    expect(isTracing()).toBe(false);
    const again = await setup({});
    expect(isTracing()).toBe(true);
    traceOneCall();
    await again.telemetry.shutdown();
    expect(again.receiver.spans()).toHaveLength(5);
  });

  it("does not mind a collector that is down", async () => {
    const { telemetry } = await setup({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    });
    traceOneCall();
    await expect(telemetry.shutdown(50)).resolves.toBeUndefined();
  });

  it("does not mind a collector that refuses", async () => {
    const { telemetry, receiver } = await setup({}, { behaviour: "refuse" });
    traceOneCall();
    await expect(telemetry.shutdown()).resolves.toBeUndefined();
    expect(receiver.requests()).toBe(1);
  });

  it("gives up on a collector that never answers", async () => {
    // Its own patience is an hour: without the bound this test would not end.
    const patient = { OTEL_EXPORTER_OTLP_TIMEOUT: "3600000", OTEL_BSP_EXPORT_TIMEOUT: "3600000" };
    const { telemetry } = await setup(patient, { behaviour: "hang" });
    traceOneCall();
    await expect(telemetry.shutdown(50)).resolves.toBeUndefined();
  });

  it.each<[string, boolean, Environment]>([
    ["not a url", true, { OTEL_EXPORTER_OTLP_ENDPOINT: "not a url" }],
    ["pigeon", false, { OTEL_TRACES_EXPORTER: "pigeon" }],
    ["telegraph", true, { OTEL_EXPORTER_OTLP_PROTOCOL: "telegraph" }],
  ])("reports %j, which the SDK cannot use, and goes on", async (value, enabled, environment) => {
    const { telemetry } = await setup(environment);
    expect(telemetry.enabled).toBe(enabled);
    expect(telemetry.problem?.reason).toBe("BAD_REQUEST");
    expect(telemetry.problem?.rawMessage).toContain(value);
    traceOneCall();
    await telemetry.shutdown(50);
  });

  it("leaves a provider that the application has registered in its place", async () => {
    const recorder = startSpanRecorder();
    const { telemetry } = await setup({});
    expect(telemetry).toMatchObject({ enabled: false, problem: undefined });
    await telemetry.shutdown();
    traceOneCall();
    expect(recorder.spans()).toHaveLength(5);
    await recorder.stop();
  });
});

/** A port that nobody listens on: taken and given back. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
