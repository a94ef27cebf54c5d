import { median, sideBySide, type Bench, type Figure } from "../harness.ts";
import { rateOf, roundDetails, startHeddleSubject, type HeddleSubject } from "../subjects/invoke-subjects.ts";
import type { Round } from "../load/load.ts";
import { sampledShare, startSpanReceiver, type SpanReceiver } from "../subjects/span-receiver.ts";

const inFlight = 256;
/**
 * Fabrics of each kind. One that is started again is faster or slower by several percent, for what V8 has compiled when
 * and where its memory lies, which is more than tracing costs; so the figure is of several.
 */
const fabricsMax = 3;
/** So many fabrics share the time that a figure of two has: each is warmed up and measured for a part of it. */
const [warmUpShare, roundShare] = [2, 3];
/** Calls of which at least one is surely sampled: that none of them is has a chance of e⁻²⁰. */
const sampledCalls = 2_000;

/** Standard deviations by which the number of sampled calls may miss what is expected. */
const deviations = 6;
/** Spans that the gateway makes of a call that is tried once: attempt, execute, queue and run. */
const gatewaySpans = 4;

/** What tracing costs at the rate at which fabrics are traced. */
export const tracingCost: Figure = {
  name: "tracing.cost",
  about: `SDK invoke, ${inFlight} in flight, traced (1 % of traces, OTLP to a live receiver) ÷ not traced`,
  unit: "calls/s",
  target: 0.95,
  better: "higher",
  async run(bench) {
    const receiver = await startSpanReceiver(bench.scope);
    const pairs = Math.min(fabricsMax, Math.ceil(bench.plan.rounds / 2));
    const [plain, traced] = await startFabrics(bench, receiver, pairs);
    const samples = await inBalancedOrder(plain, traced, bench);
    const ratesOf = (subjects: readonly HeddleSubject[]): number =>
      mean(subjects.map((subject) => median((samples.get(subject) ?? []).map(rateOf))));
    const spans = await spansOf(receiver, traced);
    const subjects = [...plain, ...traced];
    await Promise.all(subjects.map((subject) => subject.checkExecutions()));
    const [value, baseline] = [ratesOf(traced), ratesOf(plain)];
    return {
      value,
      baseline,
      ratio: value / baseline,
      details: roundDetails(
        subjects,
        subjects.map((subject) => samples.get(subject) ?? []),
      ),
      settings: spans,
    };
  },
};

/** Starts so many of each, one after another: they begin alike. */
async function startFabrics(
  bench: Bench,
  receiver: SpanReceiver,
  pairs: number,
): Promise<readonly [readonly HeddleSubject[], readonly TracedSubject[]]> {
  const plain: HeddleSubject[] = [];
  const traced: TracedSubject[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const [one, other] = await sideBySide(startPlain(bench, pair), startTraced(bench, receiver, pair));
    plain.push(one);
    traced.push(other);
  }
  return [plain, traced];
}

/**
 * Measures all in turns, `A B B A A B` and then backwards, so that neither kind comes earlier or follows the other more
 * often. Gives the rounds of each.
 */
async function inBalancedOrder(
  plain: readonly HeddleSubject[],
  traced: readonly HeddleSubject[],
  { plan, note }: Bench,
): Promise<ReadonlyMap<HeddleSubject, readonly Round[]>> {
  const order = plain.flatMap((one, index) => {
    const pair = [one, ...traced.slice(index, index + 1)];
    return index % 2 === 0 ? pair : pair.toReversed();
  });
  const rounds = new Map<HeddleSubject, Round[]>(order.map((subject) => [subject, []]));
  for (const subject of order) {
    note(`warming up: ${subject.name}`);
    await subject.measure(plan.warmUpMs / warmUpShare);
  }
  for (let round = 1; round <= plan.rounds; round++) {
    note(`round ${round} of ${plan.rounds}`);
    for (const subject of round % 2 === 1 ? order : order.toReversed())
      rounds.get(subject)?.push(await subject.measure(plan.roundMs / roundShare));
  }
  return rounds;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A subject that knows how many calls it made, those to warm up among them. */
interface TracedSubject extends HeddleSubject {
  readonly calls: () => number;
}

function startPlain(bench: Bench, number: number): Promise<HeddleSubject> {
  const untraced = { fabricEnvironment: {}, clientEnvironment: {} };
  return startHeddleSubject(bench, inFlight, { name: `Heddle invoke, ${number}`, ...untraced });
}

/** A fabric of its own whose gateway and client export what they sample. */
async function startTraced(bench: Bench, receiver: SpanReceiver, number: number): Promise<TracedSubject> {
  const subject = await startHeddleSubject(bench, inFlight, {
    name: `Heddle invoke, traced, ${number}`,
    fabricEnvironment: receiver.environment("gateway"),
    clientEnvironment: receiver.environment("client"),
  });
  let calls = 0;
  const measure = async (durationMs: number): Promise<Round> => {
    const round = await subject.measure(durationMs);
    calls += round.calls;
    return round;
  };
  return { ...subject, measure, calls: () => calls };
}

/**
 * Proves that the traces that were to be kept have come whole: of the client as many spans as its sampler's share of all
 * calls, give or take what chance may, and of the gateway four to each. Makes more calls when the rounds were short.
 */
async function spansOf(
  receiver: SpanReceiver,
  traced: readonly TracedSubject[],
): Promise<Record<string, string>> {
  const callsOf = (): number => traced.reduce((sum, subject) => sum + subject.calls(), 0);
  while (callsOf() < sampledCalls) await traced[0]?.measure(20);
  const expected = callsOf() * sampledShare;
  const chance = deviations * Math.sqrt(expected);
  const client = await receiver.received("client", Math.max(1, Math.floor(expected - chance)));
  if (client > expected + chance) {
    throw new Error(`${client} spans of the client came for ${callsOf()} calls: too many for its sampler`);
  }
  const gateway = await receiver.received("gateway", gatewaySpans * client);
  const calls = String(callsOf());
  return {
    "calls traced": calls,
    "spans of the client": String(client),
    "spans of the gateway": String(gateway),
  };
}
