import { interleave, median, ratioOfPairs, type Figure } from "../harness.ts";
import { percentilesChart } from "../subjects/invoke-charts.ts";
import { roundDetails, startHeddleSubject, startRawSubjects } from "../subjects/invoke-subjects.ts";

/**
 * How long one call takes when there is no other. Heddle's SDK moves to a Unix socket where it finds one, so the baseline
 * may have one, too: the faster of its two ways counts.
 */
export const invokeLatency: Figure = {
  name: "invoke.latency",
  about:
    "p50 of SDK invoke through scheduler and node, 1 in flight ÷ p50 of bare grpc-js unary echo, 1 in flight",
  unit: "ms",
  target: 0.8,
  better: "lower",
  async run(bench) {
    const bare = [
      ...(await startRawSubjects(bench, 1, [1])),
      ...(await startRawSubjects(bench, 1, [1], "a Unix socket")),
    ];
    const heddle = await startHeddleSubject(bench, 1);
    const subjects = [...bare, heddle];
    const samples = await interleave(subjects, bench.plan, bench.note);
    await heddle.checkExecutions();
    const times = samples.map((rounds) => rounds.map((round) => round.p50Ms));
    const own = times.pop() ?? [];
    const baseline = times.reduce((best, other) => (median(other) < median(best) ? other : best));
    return {
      value: median(own),
      baseline: median(baseline),
      ratio: ratioOfPairs(own, baseline),
      details: roundDetails(subjects, samples),
      charts: [percentilesChart(subjects, samples)],
    };
  },
};
