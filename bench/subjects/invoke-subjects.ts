/** The two sides of the invoke figures: bare grpc-js over some numbers of channels, and Heddle. */
import { sharedLocalRawEcho, sharedRawEcho, sharedRawEchoClient } from "../baselines/raw-echo.ts";
import { startChild } from "../processes/child.ts";
import { expectExecutions } from "./executions.ts";
import { deployFixture, sharedFabric, startFabric } from "./fabric.ts";
import { median, type Bench, type Details, type Subject } from "../harness.ts";
import { requestRound, type Pace, type Round } from "../load/load.ts";
import type { StampConfig } from "../load/stamp.ts";

/** Bytes of a request's payload and of a reply's. */
export const payloadBytes = 64;

/** A subject that takes any number of calls in flight. */
export interface LoadSubject extends Subject<Round> {
  /** A round with so many calls in flight. */
  measureWith(inFlight: number, durationMs: number): Promise<Round>;
}

/** Heddle as a subject, and the proof of its calls. */
export interface HeddleSubject extends LoadSubject {
  /** Throws unless every call that was answered was one execution on a node. */
  checkExecutions(): Promise<void>;
}

/** Bare unary echo, one subject per number of channels; all call one server process, by TCP or by a Unix socket. */
export async function startRawSubjects(
  { shared }: Bench,
  inFlight: number,
  channelCounts: readonly number[],
  by: "TCP" | "a Unix socket" = "TCP",
): Promise<LoadSubject[]> {
  const { address } = await (by === "TCP" ? sharedRawEcho(shared) : sharedLocalRawEcho(shared));
  return Promise.all(
    channelCounts.map(async (channels) => {
      const client = await sharedRawEchoClient(shared, { address, channels, payloadBytes });
      const measureWith = (count: number, durationMs: number): Promise<Round> =>
        requestRound(client, { inFlight: count, durationMs });
      return {
        name: `bare grpc-js echo, ${channels} channel${channels === 1 ? "" : "s"}${by === "TCP" ? "" : ` by ${by}`}`,
        measure: (durationMs: number) => measureWith(inFlight, durationMs),
        measureWith,
      };
    }),
  );
}

/** What is special about a subject. */
export interface HeddleOptions {
  readonly name: string;
  /** Variables of the fabric's processes: it is one of its own then. */
  readonly fabricEnvironment: Readonly<Record<string, string>>;
  /** OTEL_* variables by which the client traces its calls. */
  readonly clientEnvironment: Readonly<Record<string, string>>;
}

/**
 * `fabric.invoke` through a scheduler process and a node process with one worker thread. Client, scheduler, node and
 * worker are four busy threads already; on two cores a second node or worker makes no difference to the rate.
 */
export async function startHeddleSubject(
  { scope, shared }: Bench,
  inFlight: number,
  options?: HeddleOptions,
): Promise<HeddleSubject> {
  const size = { nodes: 1, workers: 1 };
  const running =
    options === undefined
      ? await sharedFabric(shared, size)
      : await startFabric(scope, { ...size, environment: options.fabricEnvironment });
  await deployFixture(running, "fresh");
  const telemetry = options?.clientEnvironment ?? {};
  const config: StampConfig = { address: running.address, payloadBytes, telemetry };
  const client = await startChild(scope, "load/stamp-client.ts", config);
  const before = await running.executedBefore;
  let calls = 0;
  const measureWith = async (count: number, durationMs: number): Promise<Round> => {
    const round = await requestRound(client, { inFlight: count, durationMs });
    calls += round.calls;
    return round;
  };
  return {
    name: options?.name ?? "Heddle invoke",
    measure: (durationMs) => measureWith(inFlight, durationMs),
    measureWith,
    checkExecutions: () => expectExecutions(running.fabric, calls, before),
  };
}

/** Calls per second of a round. */
export function rateOf({ calls, elapsedMs }: Pace): number {
  return (calls / elapsedMs) * 1000;
}

/** The medians of each subject's rounds. */
export function roundDetails(
  subjects: readonly Subject<Round>[],
  samples: readonly (readonly Round[])[],
): Details {
  const rows = subjects.map(({ name }, index) => {
    const rounds = samples[index] ?? [];
    const milliseconds = (pick: (round: Round) => number): string => median(rounds.map(pick)).toFixed(3);
    return [
      name,
      Math.round(median(rounds.map(rateOf))),
      milliseconds((round) => round.p50Ms),
      milliseconds((round) => round.p99Ms),
    ];
  });
  return { headers: ["subject", "calls/s", "p50 ms", "p99 ms"], rows };
}
