/**
 * Frames made by chance, sent to a gateway as a client's and to a node as a scheduler's: out of order, cut, with bits
 * flipped, with numbers as large as they get, and no frames at all. Each stream ends with a reason, whoever uses the
 * fabric beside it notices nothing, and no process ends or takes more memory than it should. The seed is in the name of
 * the tests; HEDDLE_SEED repeats a run.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { createSeededRandom } from "../../src/base/random.ts";
import { reasons } from "../../src/base/reason.ts";
import { version } from "../../src/base/version.ts";
import { secretMetadata } from "../../src/rpc/channel.ts";
import { executeMethod, sessionMethod } from "../../src/rpc/services.ts";
import { fromStatus } from "../../src/rpc/status.ts";
import { emptyFunction } from "../../src/wire/frame.ts";
import { FrameWriter } from "../../src/wire/frame-writer.ts";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { answererFrame, openerFrame, writeFrame } from "../support/frame-arbitraries.ts";
import { keepCalling } from "../support/good-calls.ts";
import { Dice } from "../support/dice.ts";
import { testSeed } from "../support/seed.ts";

const streams = 120;
const messagesMax = 8;
/** What a gateway or a node takes with a little work, on any machine, and far less than frames could claim. */
const memoryMaxBytes = 600 * 1024 * 1024;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, kernels: ["work"] });
  return () => cluster.stop();
});

/** Where streams are opened, and as whom. */
interface Target {
  readonly address: string;
  readonly method: typeof executeMethod;
  readonly metadata: Metadata;
}

function gatewayTarget(): Target {
  return { address: cluster.grpc, method: sessionMethod, metadata: new Metadata() };
}

function nodeTarget(): Target {
  const secret = readFileSync(join(cluster.folder, "secret"), "utf8").trim();
  const address = cluster.nodes[0]?.address ?? "";
  return { address, method: executeMethod, metadata: secretMetadata(secret) };
}

/** The messages of one stream: a greeting that is in order, mostly, and what comes to mind. */
function messagesOf(dice: Dice, index: number): Buffer[] {
  const writer = new FrameWriter();
  const clientId = `fuzz-${index}`;
  writer.hello({ version, clientId, bulk: false, namespace: "", principal: "", epoch: 1 });
  const hello = written(writer);
  writer.function({ ...emptyFunction, number: 1, kernel: "work", function: "add" });
  const named = written(writer);
  const made = fc.sample(fc.oneof(openerFrame, openerFrame, answererFrame), {
    seed: testSeed + index,
    numRuns: 1 + dice.below(messagesMax),
  });
  const frames = made.map((frame) => {
    writeFrame(writer, frame);
    return written(writer);
  });
  const more = frames.map((frame) => (dice.below(3) === 0 ? frame : mutated(dice, frame)));
  // A second Hello ends what has not ended by then.
  return [dice.below(8) === 0 ? mutated(dice, hello) : hello, named, ...more, hello];
}

function written(writer: FrameWriter): Buffer {
  return Buffer.concat(writer.take());
}

/** The bytes with something wrong. */
function mutated(dice: Dice, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const place = dice.below(Math.max(1, copy.length));
  switch (dice.below(5)) {
    case 0:
      return copy.subarray(0, place);
    case 1:
      if (copy.length > 0) copy[place] = (copy[place] ?? 0) ^ (1 << dice.below(8));
      return copy;
    case 2: // a number that has no end
      return Buffer.concat([
        copy.subarray(0, place),
        Buffer.alloc(1 + dice.below(12), 0xff),
        copy.subarray(place),
      ]);
    case 3: // a length of some gigabytes
      return Buffer.concat([copy.subarray(0, place), Buffer.of(0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f), copy]);
    default:
      return Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256)));
  }
}

/** Sends the messages on a stream of its own; gives how it ended. */
async function endOf(
  { address, method, metadata }: Target,
  messages: readonly Buffer[],
): Promise<HeddleError> {
  const client = new Client(address, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = method;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
  const ended = new Promise<HeddleError>((resolve) => {
    stream.on("error", (error) => resolve(fromStatus(error)));
    stream.on("end", () => resolve(new HeddleError("INTERNAL", "the stream ended as if nothing had been")));
  });
  stream.on("data", () => {});
  for (const message of messages) stream.write(message);
  try {
    return await ended;
  } finally {
    client.close();
  }
}

function memoryOf(pid: number): number {
  const [, kibibytes = "0"] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}

describe.each([
  ["a gateway", gatewayTarget],
  ["a node", nodeTarget],
] as const)("%s that is sent frames made by chance", (what, target) => {
  it(`ends each stream with a reason and serves all others (seed ${testSeed})`, async () => {
    await keepCalling(cluster.fabric, 1);
    const dice = new Dice(createSeededRandom(testSeed + what.length));
    for (let index = 0; index < streams; index++) {
      const { reason, rawMessage } = await endOf(target(), messagesOf(dice, index));
      expect(Object.keys(reasons)).toContain(reason);
      expect(reason, rawMessage).not.toBe("INTERNAL");
    }
    const nodes = await cluster.fabric.admin.nodes();
    expect(nodes.map(({ facts }) => facts?.pid)).toEqual(cluster.nodes.map(({ pid }) => pid));
    if (process.platform !== "linux") return;
    for (const { pid } of [cluster.process, ...cluster.nodes])
      expect(memoryOf(pid)).toBeLessThan(memoryMaxBytes);
  });
});
