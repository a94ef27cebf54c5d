import type { Figure } from "../harness.ts";
import { peerNats } from "./nats.bench.ts";

/** The figures about peers. */
export const peers: readonly Figure[] = [peerNats];
