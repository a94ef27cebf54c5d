import { interleave, median, ratioOfPairs, sideBySide, type Bench, type Figure } from "../harness.ts";
import { rateOf, roundDetails, startHeddleSubject, type HeddleSubject } from "../subjects/invoke-subjects.ts";
import type { Round } from "../load/load.ts";
import { sampledShare, startSpanReceiver, type SpanReceiver } from "../subjects/span-receiver.ts";

const inFlight = 256;
/**
 * A few percent are told from chance by more rounds, not by shorter ones: the last spans of a round leave in the round after
 * it, which is the other side's.
 */
const moreRounds = 1.5;
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
    // Each has a fabric of its own that has done nothing else: a warm one is worth more than tracing costs.
    const [plain, traced] = await sideBySide(startPlain(bench), startTraced(bench, receiver));
    const subjects = [plain, traced];
    const plan = { ...bench.plan, rounds: Math.floor(bench.plan.rounds * moreRounds) };
    const samples = await interleave(subjects, plan, bench.note);
    const [baseline = [], own = []] = samples.map((rounds) => rounds.map(rateOf));
    const spans = await spansOf(receiver, traced);
    await Promise.all(subjects.map((subject) => subject.checkExecutions()));
    return {
      value: median(own),
      baseline: median(baseline),
      ratio: ratioOfPairs(own, baseline),
      details: roundDetails(subjects, samples),
      settings: spans,
    };
  },
};

/** A subject that knows how many calls it made, those to warm up among them. */
interface TracedSubject extends HeddleSubject {
  readonly calls: () => number;
}

function startPlain(bench: Bench): Promise<HeddleSubject> {
  const untraced = { fabricEnvironment: {}, clientEnvironment: {} };
  return startHeddleSubject(bench, inFlight, { name: "Heddle invoke", ...untraced });
}

/** A fabric of its own whose gateway and client export what they sample. */
async function startTraced(bench: Bench, receiver: SpanReceiver): Promise<TracedSubject> {
  const subject = await startHeddleSubject(bench, inFlight, {
    name: "Heddle invoke, traced",
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
async function spansOf(receiver: SpanReceiver, traced: TracedSubject): Promise<Record<string, string>> {
  while (traced.calls() < sampledCalls) await traced.measure(20);
  const expected = traced.calls() * sampledShare;
  const chance = deviations * Math.sqrt(expected);
  const client = await receiver.received("client", Math.max(1, Math.floor(expected - chance)));
  if (client > expected + chance) {
    throw new Error(
      `${client} spans of the client came for ${traced.calls()} calls: too many for its sampler`,
    );
  }
  const gateway = await receiver.received("gateway", gatewaySpans * client);
  const calls = String(traced.calls());
  return {
    "calls traced": calls,
    "spans of the client": String(client),
    "spans of the gateway": String(gateway),
  };
}
