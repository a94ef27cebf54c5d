import type { Figure } from "../harness.ts";
import { peerBullmq } from "./bullmq.bench.ts";
import { peerNats } from "./nats.bench.ts";

/** The figures about peers. */
export const peers: readonly Figure[] = [peerNats, peerBullmq];
