/** What is refused before it takes a place in the queue: more than may be held, and calls that cannot run in time. */
import { Code } from "../base/code.ts";
import type { BatchState, ClientState, Failure, SchedulerState } from "./state.ts";

/** Why so many more items with so many bytes are not taken, if they are not. */
export function queueFull(
  state: SchedulerState,
  client: ClientState,
  count: number,
  bytes: number,
): Failure | undefined {
  const { queueItemsMax, queueMaxBytes, clientQueueItemsMax, clientQueueMaxBytes } = state.options;
  if (state.items + count > queueItemsMax || state.bytes + bytes > queueMaxBytes)
    return exceeds("the queue holds", state, count, bytes, queueItemsMax, queueMaxBytes);
  if (client.items + count > clientQueueItemsMax || client.bytes + bytes > clientQueueMaxBytes)
    return exceeds(
      "the client has under way",
      client,
      count,
      bytes,
      clientQueueItemsMax,
      clientQueueMaxBytes,
    );
  return undefined;
}

/** Why a batch of calls is not taken: it would wait for longer than its deadline leaves, or than anything may. */
export function shed(state: SchedulerState, batch: BatchState, count: number): Failure | undefined {
  const { capacity, queue, options, now } = state;
  if (capacity.workers === 0 || queue.length === 0) return undefined;
  const itemMs = batch.function.msPerItem.value ?? 0;
  const waitMs = queue.waitMs(batch.client, batch.priority, itemMs * count) / capacity.workers;
  const mostMs = Math.min(options.queueMaxMs, batch.deadlineAt - now - itemMs);
  if (waitMs <= Math.max(mostMs, options.queueFreeMs)) return undefined;
  const pushbackMs = Math.ceil(Math.max(options.queueFullRetryMs, waitMs - Math.max(0, mostMs)));
  const bound = mostMs < options.queueMaxMs ? "its deadline leaves" : "calls may wait";
  const message = `the call would wait for about ${Math.ceil(waitMs)} ms, ${bound} ${Math.max(0, Math.floor(mostMs))} ms`;
  return { code: Code.RESOURCE_EXHAUSTED, reason: "OVERLOADED", message, pushbackMs };
}

function exceeds(
  what: string,
  { items, bytes: heldBytes }: Pick<ClientState, "items" | "bytes">,
  count: number,
  bytes: number,
  itemsMax: number,
  bytesMax: number,
): Failure {
  const message = `${what} ${items} items with ${heldBytes} bytes; ${count} more with ${bytes} bytes exceed its bounds of ${itemsMax} items and ${bytesMax} bytes`;
  return { code: Code.RESOURCE_EXHAUSTED, reason: "QUEUE_FULL", message };
}
