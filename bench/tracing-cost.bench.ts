import { interleave, median, ratioOfPairs, type Bench, type Figure } from "./harness.ts";
import { rateOf, roundDetails, startHeddleSubject, type HeddleSubject } from "./invoke-subjects.ts";
import { startSpanReceiver, type SpanReceiver } from "./span-receiver.ts";

const inFlight = 256;
/** Calls of which at least one is surely sampled: that none of them is has a chance of e⁻²⁰. */
const sampledCalls = 2_000;

/** What tracing costs at the rate at which fabrics are traced. */
export const tracingCost: Figure = {
  name: "tracing.cost",
  about: `SDK invoke, ${inFlight} in flight, traced (1 % of traces, OTLP to a live receiver) ÷ not traced`,
  unit: "calls/s",
  target: 0.95,
  better: "higher",
  async run(bench) {
    const receiver = await startSpanReceiver(bench.scope);
    const plain = await startHeddleSubject(bench, inFlight);
    const traced = await startTraced(bench, receiver);
    const subjects = [plain, traced];
    const samples = await interleave(subjects, bench.plan, bench.note);
    const [baseline = [], own = []] = samples.map((rounds) => rounds.map(rateOf));
    const spans = await spansOf(receiver, traced);
    for (const subject of subjects) await subject.checkExecutions();
    return {
      value: median(own),
      baseline: median(baseline),
      ratio: ratioOfPairs(own, baseline),
      details: roundDetails(subjects, samples),
      settings: spans,
    };
  },
};

/** A fabric of its own whose gateway and client export what they sample. */
async function startTraced(bench: Bench, receiver: SpanReceiver): Promise<HeddleSubject> {
  const subject = await startHeddleSubject(bench, inFlight, {
    name: "Heddle invoke, traced",
    fabricEnvironment: receiver.environment("gateway"),
    clientEnvironment: receiver.environment("client"),
  });
  return subject;
}

/** Proves that spans of both processes have come; makes as many calls as that takes when the rounds were short. */
async function spansOf(receiver: SpanReceiver, traced: HeddleSubject): Promise<Record<string, string>> {
  for (let calls = 0; calls < sampledCalls;) calls += (await traced.measure(20)).calls;
  const [client, gateway] = await Promise.all([receiver.received("client"), receiver.received("gateway")]);
  return { "spans of the client": String(client), "spans of the gateway": String(gateway) };
}
