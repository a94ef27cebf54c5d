/**
 * Starts the OpenTelemetry SDK when the standard OTEL_* variables ask for it, and not otherwise: loading it takes
 * longer than the rest of a command, so it is imported only then. One of the two places that may read the environment.
 */
import { diag, type DiagAPI } from "@opentelemetry/api";
import { limits } from "../base/limits.ts";
import { HeddleError } from "../base/error.ts";
import { Attribute } from "./attributes.ts";
import { isPlain, loadOwnTelemetry } from "./own-telemetry.ts";
import { drawTraces, isTracing, useSpanSource } from "./sampling.ts";
import type { SpanAttributes } from "./span-source.ts";
import { sampledShare, TraceLot } from "./trace-lot.ts";

/** A set of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a process says of itself. */
export interface TelemetryOptions {
  /** `service.name` unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES name another; `heddle-gateway`, `heddle-cli`. */
  readonly serviceName: string;
  /** `service.version`. */
  readonly version?: string;
  /** The variables to read; default those of the process. */
  readonly environment?: Environment;
}

/** The SDK under way, or nothing at all. */
export interface Telemetry {
  /** True when this SDK exports spans. */
  readonly enabled: boolean;
  /** What the SDK did not like about the variables. To be shown to people; it is no reason to stop. */
  readonly problem: HeddleError | undefined;
  /**
   * Sends what is left and stops. Waits `withinMs` at the most (default `telemetryFlushMs`): spans that a missing
   * collector does not take by then are dropped. Never throws; may be called twice.
   */
  shutdown(withinMs?: number): Promise<void>;
}

/**
 * Starts tracing for this process if OTEL_TRACES_EXPORTER or an OTLP endpoint is set and OTEL_SDK_DISABLED is not. A
 * setting the SDK cannot use may cost the traces, never the process: see `problem`. An SDK that the application has
 * already started stays in its place, and this one is not started.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const environment = options.environment ?? process.env;
  if (!wantsTraces(environment) || isTracing()) return createTelemetry(undefined, []);
  const complaints: string[] = [];
  try {
    const start = isPlain(environment) ? startOwn : startSdk;
    return createTelemetry(await start(options, environment, complaints), complaints);
  } catch (error) {
    complaints.push(error instanceof Error ? error.message : String(error));
    return createTelemetry(undefined, complaints);
  }
}

/** Do these variables ask for traces? An empty one counts as not set, as the OpenTelemetry specification has it. */
export function wantsTraces(environment: Environment): boolean {
  if (environment["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return false;
  const exporters = (environment["OTEL_TRACES_EXPORTER"] ?? "").split(",").map((name) => name.trim());
  if (exporters.some((name) => name !== "")) return !exporters.includes("none");
  return endpointVariables.some((name) => (environment[name] ?? "").trim() !== "");
}

const endpointVariables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/**
 * Settings where our defaults differ from the SDK's: a turn of a busy gateway ends more spans than its queue of 2,048
 * takes, and the full command line of a process is nobody's business.
 */
const defaults: Environment = {
  OTEL_BSP_MAX_QUEUE_SIZE: String(limits.telemetryQueueSpans),
  OTEL_NODE_RESOURCE_DETECTORS: "env",
};

/** The part of the SDK that we hold on to. */
interface Sdk {
  readonly exports: boolean;
  shutdown(): Promise<void>;
}

/** What a process says of itself, as attributes of its resource. */
function identityOf({ serviceName, version }: TelemetryOptions): SpanAttributes {
  return {
    [Attribute.serviceName]: serviceName,
    [Attribute.serviceVersion]: version,
    [Attribute.processId]: process.pid,
  };
}

async function startOwn(
  options: TelemetryOptions,
  environment: Environment,
  complaints: string[],
): Promise<Sdk> {
  const start = await loadOwnTelemetry();
  const { source, shutdown } = collectComplaints(diag, complaints, () =>
    withVariables(environment, () => start(identityOf(options), environment)),
  );
  useSpanSource(source);
  return {
    exports: true,
    shutdown() {
      useSpanSource(undefined);
      return shutdown();
    },
  };
}

async function startSdk(
  options: TelemetryOptions,
  environment: Environment,
  complaints: string[],
): Promise<Sdk> {
  const { NodeSDK, resources, api } = await import("@opentelemetry/sdk-node");
  const resource = resources.defaultResource().merge(resources.resourceFromAttributes(identityOf(options)));
  const share = sampledShare(environment["OTEL_TRACES_SAMPLER"], environment["OTEL_TRACES_SAMPLER_ARG"]);
  const lot = share === undefined ? undefined : new TraceLot(share, Math.random);
  // With OTEL_LOG_LEVEL the SDK brings a logger of its own.
  const listens = (environment["OTEL_LOG_LEVEL"] ?? "") === "";
  const sdk = collectComplaints(listens ? api.diag : undefined, complaints, () =>
    withVariables(environment, () => {
      const made = new NodeSDK({
        resource,
        ...(lot === undefined ? {} : { idGenerator: lot }),
        metricReaders: [],
        logRecordProcessors: [],
      });
      made.start();
      return made;
    }),
  );
  drawTraces(lot);
  return {
    exports: isTracing(),
    async shutdown() {
      drawTraces(undefined);
      api.trace.disable();
      api.context.disable();
      api.propagation.disable();
      await sdk.shutdown();
    },
  };
}

/** The SDK ignores what it cannot use and says so to a logger that is silent by default: listens to it during `start`. */
function collectComplaints<T>(diag: DiagAPI | undefined, complaints: string[], start: () => T): T {
  const complain = (message: string): number => complaints.push(message);
  const ignore = (): void => {}; // the logger's interface asks for the levels below a warning too
  const logger = { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore };
  diag?.setLogger(logger, { suppressOverrideMessage: true });
  try {
    return start();
  } finally {
    diag?.disable();
  }
}

/**
 * The SDK takes its settings from the environment of the process and from nowhere else, all of them while it starts.
 * So the OTEL_* variables are what is given, with our defaults, for as long as `start` runs.
 */
function withVariables<T>(environment: Environment, start: () => T): T {
  const before = otelVariables(process.env);
  const wanted = { ...defaults, ...otelVariables(environment) };
  for (const name of Object.keys(before)) delete process.env[name];
  Object.assign(process.env, wanted);
  try {
    return start();
  } finally {
    for (const name of Object.keys(wanted)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

function otelVariables(environment: Environment): Environment {
  const set = Object.entries(environment).filter(
    ([name, value]) => name.startsWith("OTEL_") && value !== undefined,
  );
  return Object.fromEntries(set);
}

function createTelemetry(sdk: Sdk | undefined, complaints: readonly string[]): Telemetry {
  const said = complaints.join("; ");
  let stopped: Promise<void> | undefined;
  return {
    enabled: sdk?.exports === true,
    problem: said === "" ? undefined : new HeddleError("BAD_REQUEST", `check the OTEL_* variables: ${said}`),
    shutdown(withinMs = limits.telemetryFlushMs) {
      stopped ??= sdk === undefined ? Promise.resolve() : settled(sdk.shutdown(), withinMs);
      return stopped;
    },
  };
}

/** Waits for the promise to end, well or not, but no longer than `withinMs`. */
function settled(promise: Promise<void>, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    // A collector that is down costs spans and nothing else; OTEL_LOG_LEVEL makes the SDK say so.
    promise.then(end, end);
  });
}
