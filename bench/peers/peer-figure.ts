/**
 * What the figures about peers have in common. The work is that of the invoke figures: a function is given 64 bytes,
 * adds one to each of two numbers in them and gives them back, and the client checks every byte. One client process
 * asks; two worker processes answer. Three comparisons are made in turns, Heddle and the peer a round each:
 *
 *   many at once   256 single calls in flight: the figure
 *   one at a time  a single call in flight: its p50 stands beside
 *   in bulk        `fabric.map` beside what the peer has for many items at once, where it has something
 */
import type { BarChart } from "../draw/chart.ts";
import { startChild, type Child } from "../processes/child.ts";
import { expectExecutions } from "../subjects/executions.ts";
import { deployFixture, sharedFabric } from "../subjects/fabric.ts";
import {
  interleave,
  median,
  ratioOfPairs,
  sideBySide,
  type Bench,
  type Figure,
  type Outcome,
  type Plan,
} from "../harness.ts";
import { payloadBytes, rateOf } from "../subjects/invoke-subjects.ts";
import { stuckMs, type Pace, type Round, type RoundOptions } from "../load/load.ts";
import type { StampConfig } from "../load/stamp.ts";

/** Single calls in flight. */
const inFlight = 256;

/** Worker processes of each side. */
export const workers = 2;

/** A peer, and how it is brought to do the work. */
export interface PeerOptions {
  /** The figure is `peers.<name>`. */
  readonly name: string;
  /** As it stands in tables: "NATS request-reply". */
  readonly title: string;
  setup(note: (text: string) => void): Promise<void>;
  /** Starts servers, workers and client. */
  start(bench: Bench): Promise<Peer>;
}

/** A peer at work. */
export interface Peer {
  /** Answers `RoundOptions` with a `Round`. */
  readonly client: Child;
  /** What the peer has for many items at once; the client answers `{ durationMs }` with a `Pace`. */
  readonly bulk?: { readonly name: string; readonly client: Child };
  readonly settings: Readonly<Record<string, string>>;
}

/** The figure of a peer. */
export function peerFigure({ name, title, setup, start }: PeerOptions): Figure {
  return {
    name: `peers.${name}`,
    about: `SDK invoke, ${inFlight} in flight ÷ ${title}, ${inFlight} in flight, the same function`,
    unit: "calls/s",
    target: 1,
    better: "higher",
    setup,
    run: (bench) => compare(bench, title, start),
  };
}

async function compare(bench: Bench, title: string, start: PeerOptions["start"]): Promise<Outcome> {
  const [peer, heddle] = await sideBySide(start(bench), startHeddle(bench));
  const single = [heddle.client, peer.client];
  const many = await inTurns(bench, manyOf(bench.plan), "many at once", single, { inFlight });
  const alone = await inTurns(bench, shortOf(bench.plan), "one at a time", single, { inFlight: 1 });
  const clients = peer.bulk === undefined ? [] : [heddle.mapClient, peer.bulk.client];
  const bulk = await inTurns(bench, shortOf(bench.plan), "in bulk", clients, {});
  await heddle.checkExecutions();
  const rates = many.map((rounds) => rounds.map(rateOf));
  const [own = [], other = []] = rates;
  const [rate = 0, peerRate = 0] = rates.map(median);
  const [p99 = 0, peerP99 = 0] = many.map((rounds) => median(rounds.map(({ p99Ms }) => p99Ms)));
  const [p50 = 0, peerP50 = 0] = alone.map((rounds) => median(rounds.map(({ p50Ms }) => p50Ms)));
  const [bulkRate, peerBulkRate] = bulk.map((rounds) => Math.round(median(rounds.map(rateOf))));
  const rows = [
    [title, Math.round(peerRate), peerP99.toFixed(3), peerP50.toFixed(3), peerBulkRate ?? "–"],
    ["Heddle", Math.round(rate), p99.toFixed(3), p50.toFixed(3), bulkRate ?? "–"],
  ];
  const settings = peer.bulk === undefined ? {} : { bulk: `${peer.bulk.name}; Heddle: fabric.map` };
  return {
    value: rate,
    baseline: peerRate,
    ratio: ratioOfPairs(own, other),
    details: {
      headers: ["subject", "calls/s", "p99 ms", "p50 ms at 1 in flight", "items/s in bulk"],
      rows,
    },
    charts: [
      bars("throughput", `Single calls, ${inFlight} in flight`, "calls/s", title, peerRate, rate),
      bars("latency", "Median time of a call when there is no other", "ms", title, peerP50, p50),
    ],
    settings: { ...peer.settings, ...settings },
  };
}

/** The share of the plan for the figure itself. */
function manyOf({ warmUpMs, rounds, roundMs }: Plan): Plan {
  return { warmUpMs: warmUpMs * 0.5, rounds: Math.ceil(rounds * 0.55), roundMs: roundMs * 0.8 };
}

/** The share of the plan for what stands beside it. */
function shortOf({ warmUpMs, rounds, roundMs }: Plan): Plan {
  return { warmUpMs: warmUpMs * 0.1, rounds: Math.ceil(rounds * 0.35), roundMs: roundMs * 0.4 };
}

/** The clients of Heddle, and the proof of their calls. */
interface Heddle {
  readonly client: Child;
  readonly mapClient: Child;
  /** Throws unless every call and every item that was answered was one execution on a node. */
  checkExecutions(): Promise<void>;
}

async function startHeddle({ scope, shared }: Bench): Promise<Heddle> {
  const running = await sharedFabric(shared, { nodes: workers, workers: 1 });
  await deployFixture(running, "fresh");
  const config: StampConfig = { address: running.address, payloadBytes };
  let calls = 0;
  const counted = (client: Child): Child => ({
    ...client,
    async request(message, timeoutMs) {
      const round = (await client.request(message, timeoutMs)) as Pace; // of a client that is asked for rounds
      calls += round.calls;
      return round;
    },
  });
  const [before, client, mapClient] = await sideBySide(
    running.executedBefore,
    startChild(scope, "load/stamp-client.ts", config),
    startChild(scope, "load/map-client.ts", config),
  );
  return {
    client: counted(client),
    mapClient: counted(mapClient),
    checkExecutions: () => expectExecutions(running.fabric, calls, before),
  };
}

/** Rounds of each client in turns. */
function inTurns(
  { note }: Bench,
  plan: Plan,
  what: string,
  clients: readonly Child[],
  options: Partial<RoundOptions>,
): Promise<Round[][]> {
  const subjects = clients.map((client, index) => ({
    name: index === 0 ? "Heddle" : "peer",
    // A round in bulk has neither a number in flight nor times of calls, and nobody looks at them.
    measure: async (durationMs: number) =>
      (await client.request({ ...options, durationMs }, durationMs + stuckMs)) as Round,
  }));
  return interleave(subjects, plan, (text) => note(`${what}, ${text}`));
}

function bars(
  name: string,
  title: string,
  unit: string,
  peer: string,
  peerValue: number,
  value: number,
): BarChart {
  return {
    kind: "bars",
    name,
    title,
    y: { label: unit, scale: "linear" },
    bars: [
      { name: peer, value: peerValue },
      { name: "Heddle", value },
    ],
  };
}
