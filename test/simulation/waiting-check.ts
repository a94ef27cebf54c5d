import assert from "node:assert/strict";
import type { SchedulerSnapshot } from "../../src/scheduler/snapshot.ts";
import type { BatchBook, ItemBook, Ledger, NodeBook } from "./ledger.ts";

const slackMs = 1e-6;

/** No free worker while there is work for it; no waiting for nodes beyond the patience. */
export function checkWaiting(ledger: Ledger, snapshot: SchedulerSnapshot): void {
  const idle = idleNodes(ledger, snapshot);
  const nodeless = ledger.joined.length === 0;
  if (idle.length === 0 && !nodeless) return;
  for (const [id, batch] of ledger.batches) {
    if (batch.paused) continue;
    const waiting = mayRunNoMore(ledger, batch) ? undefined : mustGo(ledger, batch, idle);
    assert(waiting === undefined, `item ${waiting} of batch ${id} waits while a node is idle`);
    if (nodeless) checkPatience(ledger, batch);
  }
}

function mayRunNoMore(ledger: Ledger, { submitted }: BatchBook): boolean {
  const { key, concurrencyMax } = submitted.function;
  return ledger.running(key) >= Math.min(concurrencyMax, ledger.breakers.runningMax(key));
}

interface IdleNode {
  readonly book: NodeBook;
  readonly freeBytes: number;
}

function idleNodes(ledger: Ledger, snapshot: SchedulerSnapshot): IdleNode[] {
  const idle: IdleNode[] = [];
  for (const book of ledger.joined) {
    const { size } = book.attempts;
    if (ledger.isEjected(book.id) || (ledger.isProbed(book.id) && size > 0)) continue;
    if (size >= book.workers || size >= book.credit.attempts) continue;
    const held = snapshot.nodes.find((figures) => figures.node === book.id)?.outstandingBytes ?? 0;
    idle.push({ book, freeBytes: book.credit.queueBytes - held });
  }
  return idle;
}

/** An item that waits although an idle node could take it. Untried items go in order: only the first can be one. */
function mustGo(ledger: Ledger, batch: BatchBook, idle: readonly IdleNode[]): number | undefined {
  let untried = 0;
  for (const [index, item] of batch.items.entries()) {
    if (!isEligible(ledger, item)) continue;
    if (item.number === 0 && ++untried > 1) continue;
    if (idle.some((node) => couldTake(ledger, node, item))) return index;
  }
  return undefined;
}

function isEligible(ledger: Ledger, item: ItemBook): boolean {
  return item.state === "waiting" && item.readyBy + slackMs <= ledger.now;
}

function couldTake(ledger: Ledger, { book, freeBytes }: IdleNode, item: ItemBook): boolean {
  if (Math.max(ledger.options.framePayloadMaxBytes, item.frame.bytes) > freeBytes) return false;
  return !item.failedNodes.has(book.id) || ledger.available.every((other) => item.failedNodes.has(other.id));
}

function checkPatience(ledger: Ledger, batch: BatchBook): void {
  const { noNodesSince, now, options } = ledger;
  for (const item of batch.items) {
    if (!isEligible(ledger, item)) continue;
    const since = Math.max(noNodesSince, item.readyBy);
    assert(since + options.nodeWaitMs + slackMs >= now, `an item waits for nodes since ${since}`);
  }
}
