import { interleave, type Figure } from "../harness.ts";
import { startRawSubjects } from "../subjects/invoke-subjects.ts";
import { compareRates, startMapSubject } from "../subjects/map-subjects.ts";

const inFlight = 256;

/** How many items of a map get through, against calls made singly. */
export const mapThroughput: Figure = {
  name: "map.throughput",
  about: `SDK map of 64-byte items through scheduler and node ÷ bare grpc-js unary echo, ${inFlight} in flight`,
  unit: "items/s",
  target: 80,
  better: "higher",
  async run(bench) {
    const bare = await startRawSubjects(bench, inFlight, [1, 2, 4]);
    const heddle = await startMapSubject(bench);
    const samples = await interleave([heddle, ...bare], bench.plan, bench.note);
    await heddle.checkExecutions();
    const [own = [], ...others] = samples;
    return compareRates(heddle, own, bare, others);
  },
};
