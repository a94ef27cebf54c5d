import {
  relayWindowBytes,
  startRawRelay,
  startRawRelayClient,
  type RelayWay,
} from "../baselines/raw-relay.ts";
import { startChild } from "../processes/child.ts";
import { deployFixture, sharedFabric } from "../subjects/fabric.ts";
import { interleave, median, ratioOfPairs, type Bench, type Figure, type Subject } from "../harness.ts";
import { requestRound } from "../load/load.ts";
import type { PayloadConfig, PayloadRound } from "../load/payload-client.ts";

const MiB = 1024 * 1024;
const payloadBytes = MiB;
/** What a map has under way by default. */
const inFlight = 16;
const stuckMs = 30_000;

/** Bytes per second there, as many come back. */
type Rate = number;

/** How fast large payloads go through. */
export const payloadBandwidth: Figure = {
  name: "payload.bandwidth",
  about:
    "map of 1 MiB items that come back as they are, bytes/s ÷ a bare two-hop grpc-js relay of the same bytes",
  unit: "MiB/s",
  target: 0.9,
  better: "higher",
  async run(bench) {
    const relay = await startRawRelay(bench.scope);
    const subjects = [
      await startRelaySubject(bench, relay, "unary", payloadBytes),
      await startRelaySubject(bench, relay, "stream", 64 * 1024),
      await startRelaySubject(bench, relay, "stream", payloadBytes),
      await startHeddleSubject(bench),
    ];
    const samples = await interleave(subjects, bench.plan, bench.note);
    const rows = samples.map((rates, index) => [subjects[index]?.name ?? "", Math.round(median(rates))]);
    const own = samples.pop() ?? [];
    const best = samples.reduce((first, second) => (median(second) > median(first) ? second : first));
    return {
      value: median(own),
      baseline: median(best),
      ratio: ratioOfPairs(own, best),
      details: { headers: ["subject", "MiB/s"], rows },
      settings: {
        "relay windows": `${relayWindowBytes / MiB} MiB, servers' too`,
        "in flight": String(inFlight),
      },
    };
  },
};

async function startRelaySubject(
  { scope }: Bench,
  address: string,
  way: RelayWay,
  messageBytes: number,
): Promise<Subject<Rate>> {
  const client = await startRawRelayClient(scope, { address, way, payloadBytes, messageBytes });
  return {
    name: `bare grpc-js relay, ${way} messages of ${messageBytes / 1024} KiB`,
    async measure(durationMs) {
      const { calls, elapsedMs } = await requestRound(client, { inFlight, durationMs });
      return mebibytes(calls, elapsedMs);
    },
  };
}

async function startHeddleSubject({ scope, shared }: Bench): Promise<Subject<Rate>> {
  const running = await sharedFabric(shared, { nodes: 1, workers: 1 });
  await deployFixture(running, "payload");
  const config: PayloadConfig = { address: running.address, payloadBytes };
  const client = await startChild(scope, "load/payload-client.ts", config);
  return {
    name: "Heddle map",
    async measure(durationMs) {
      const answer = await client.request({ durationMs }, durationMs + stuckMs);
      const { items, elapsedMs } = answer as PayloadRound; // answered by payload-client.ts
      return mebibytes(items, elapsedMs);
    },
  };
}

/** Per second, of payloads that came in so many ms. */
function mebibytes(payloads: number, elapsedMs: number): Rate {
  return (payloads * payloadBytes * 1000) / elapsedMs / MiB;
}
