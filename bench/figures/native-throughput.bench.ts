/** A deployed function as any gRPC client calls it, beside a bare server that is called by the same client. */
import { Client, credentials } from "@grpc/grpc-js";
import { echoPath, sharedRawEcho } from "../baselines/raw-echo.ts";
import { expectExecutions } from "../subjects/executions.ts";
import { deployFixture, sharedFabric } from "../subjects/fabric.ts";
import { interleave, median, ratioOfPairs, type Figure, type Subject } from "../harness.ts";
import { payloadBytes } from "../subjects/invoke-subjects.ts";
import { Stamp } from "../load/stamp.ts";
import { chooseLoad, connections, inFlight, type UnaryRound, type UnaryTarget } from "../load/unary-load.ts";

const stampPath = "/fresh.FreshService/Stamp";

/** How many calls of stock clients get through when there are plenty. */
export const nativeThroughput: Figure = {
  name: "native.throughput",
  about: `a native method under the load of a stock client ÷ bare grpc-js unary echo under the same, ${inFlight} in flight`,
  unit: "calls/s",
  target: 0.7,
  better: "higher",
  async run(bench) {
    const { scope, shared, plan, note } = bench;
    const load = await chooseLoad();
    const { request, reply } = stampMessages();
    const echo: UnaryTarget = { ...(await sharedRawEcho(shared)), path: echoPath, request, reply: request };
    const running = await sharedFabric(shared, { nodes: 1, workers: 1 });
    await deployFixture(running, "fresh");
    const stamp: UnaryTarget = { address: running.address, path: stampPath, request, reply };
    const before = await running.executedBefore;
    const bare = await load.connect(scope, echo);
    const native = await load.connect(scope, stamp);
    let calls = 0;
    const subjects: readonly Subject<UnaryRound>[] = [
      { name: "bare grpc-js echo", measure: bare },
      {
        name: "Heddle native method",
        async measure(durationMs) {
          await checkReply(stamp); // byte by byte, which not every client does
          const round = await native(durationMs);
          calls += round.calls + 1;
          return round;
        },
      },
    ];
    const samples = await interleave(subjects, plan, note);
    await expectExecutions(running.fabric, calls, before);
    const [baselines = [], values = []] = samples.map((rounds) => rounds.map(rateOf));
    return {
      value: median(values),
      baseline: median(baselines),
      ratio: ratioOfPairs(values, baselines),
      details: {
        headers: ["subject", "calls/s"],
        rows: subjects.map(({ name }, index) => [
          name,
          Math.round(median((samples[index] ?? []).map(rateOf))),
        ]),
      },
      settings: { client: load.client, connections: String(connections), "in flight": String(inFlight) },
    };
  },
};

function rateOf({ calls, elapsedMs }: UnaryRound): number {
  return (calls / elapsedMs) * 1000;
}

/** StampRequest and StampResponse with the payload of a stamp, which is field 1 of both. */
function stampMessages(): { readonly request: Buffer; readonly reply: Buffer } {
  const { data, expected } = new Stamp(0, payloadBytes);
  const field = Buffer.of(0x0a, payloadBytes);
  return { request: Buffer.concat([field, data]), reply: Buffer.concat([field, expected]) };
}

/** Makes one call. Rejects unless it succeeds with exactly this reply. */
async function checkReply({ address, path, request, reply }: UnaryTarget): Promise<void> {
  const identity = (message: Buffer): Buffer => message;
  const client = new Client(address, credentials.createInsecure());
  try {
    const got = await new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(path, identity, identity, request, (error, answer = Buffer.alloc(0)) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
    if (!got.equals(reply)) throw new Error(`expected ${reply.toString("hex")}, got ${got.toString("hex")}`);
  } finally {
    client.close();
  }
}
