import type { Figure } from "../harness.ts";
import { peerBullmq } from "./bullmq.bench.ts";
import { peerDask } from "./dask.bench.ts";
import { peerNats } from "./nats.bench.ts";
import { peerRay } from "./ray.bench.ts";
import { peerWorkerd } from "./workerd.bench.ts";

/** The figures about peers. */
export const peers: readonly Figure[] = [peerWorkerd, peerBullmq, peerNats, peerRay, peerDask];
