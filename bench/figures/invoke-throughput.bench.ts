import { interleave, median, ratioOfPairs, type Figure } from "../harness.ts";
import { concurrencyChart } from "../subjects/invoke-charts.ts";
import { rateOf, roundDetails, startHeddleSubject, startRawSubjects } from "../subjects/invoke-subjects.ts";

const inFlight = 256;

/** How many calls get through when there are plenty. */
export const invokeThroughput: Figure = {
  name: "invoke.throughput",
  about: `SDK invoke through scheduler and node, ${inFlight} in flight ÷ bare grpc-js unary echo, ${inFlight} in flight`,
  unit: "calls/s",
  target: 10,
  better: "higher",
  async run(bench) {
    const bare = await startRawSubjects(bench, inFlight, [1, 2, 4]);
    const heddle = await startHeddleSubject(bench, inFlight);
    const subjects = [...bare, heddle];
    const samples = await interleave(subjects, bench.plan, bench.note);
    const rates = samples.map((rounds) => rounds.map(rateOf));
    const own = rates.pop() ?? [];
    const best = rates.reduce((first, second) => (median(second) > median(first) ? second : first));
    const compared = [heddle, ...bare.slice(rates.indexOf(best), rates.indexOf(best) + 1)];
    const chart = await concurrencyChart(compared, bench.plan, bench.note);
    await heddle.checkExecutions();
    return {
      value: median(own),
      baseline: median(best),
      ratio: ratioOfPairs(own, best),
      details: roundDetails(subjects, samples),
      charts: [chart],
    };
  },
};
