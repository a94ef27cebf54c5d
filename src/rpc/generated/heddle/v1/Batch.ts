// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Invocations of one function that travel together: items [first, first + count) of the batch or map `id`.
 */
export interface Batch {
  /**
   * Chosen by the sender, unique on its connection. Frames of one map share it; on Execute it is the attempt's id.
   */
  'id'?: (number | string | Long);
  /**
   * Number of the function.
   */
  'function'?: (number);
  /**
   * Index of the first item.
   */
  'first'?: (number | string | Long);
  /**
   * Number of items.
   */
  'count'?: (number);
  /**
   * Size of each payload in bytes.
   */
  'sizes'?: (number)[];
  /**
   * The payloads, one after another.
   */
  'payloads'?: (Buffer | Uint8Array | string);
  /**
   * When not zero, `payloads` is empty and as many bytes come in chunks of the same id on the bulk stream.
   */
  'bulkBytes'?: (number | string | Long);
  /**
   * More items of the same id follow in later frames (a map whose input is not at its end).
   */
  'open'?: (boolean);
  /**
   * Time left for the whole batch in ms when the frame was made; 0 is none.
   */
  'deadlineMs'?: (number);
  /**
   * Higher first; 0 is normal.
   */
  'priority'?: (number);
  /**
   * Which try of these items this is; 1 is the first.
   */
  'attempt'?: (number);
  /**
   * Boot of the node that is meant (Execute); another boot answers NODE_LOST.
   */
  'incarnation'?: (number | string | Long);
  /**
   * Items with the same key prefer the same node; empty is none.
   */
  'affinity'?: (string);
  /**
   * Makes repeating a function with effects safe; empty is none.
   */
  'idempotencyKey'?: (string);
  /**
   * Parent span of all items: 16 bytes trace id, 8 bytes span id, 1 byte flags. Empty is none.
   */
  'trace'?: (Buffer | Uint8Array | string);
  /**
   * Parent spans of single items, 25 bytes each; empty, or one per item (25 zero bytes: none).
   */
  'traces'?: (Buffer | Uint8Array | string);
  /**
   * Deadlines of single items in ms, when they differ; empty, or one per item.
   */
  'deadlinesMs'?: (number)[];
  /**
   * Most tries of one item; 0 is the default.
   */
  'attemptsMax'?: (number);
  /**
   * Whose the work is (Execute); empty means `default`.
   */
  'principal'?: (string);
  /**
   * The items of this frame that have a parent span of their own, counted from 0 and ascending, where few have one;
   * `traces` is empty then.
   */
  'tracedItems'?: (number)[];
  /**
   * Their parent spans, 25 bytes each.
   */
  'tracedParents'?: (Buffer | Uint8Array | string);
}

/**
 * Invocations of one function that travel together: items [first, first + count) of the batch or map `id`.
 */
export interface Batch__Output {
  /**
   * Chosen by the sender, unique on its connection. Frames of one map share it; on Execute it is the attempt's id.
   */
  'id': (number);
  /**
   * Number of the function.
   */
  'function': (number);
  /**
   * Index of the first item.
   */
  'first': (number);
  /**
   * Number of items.
   */
  'count': (number);
  /**
   * Size of each payload in bytes.
   */
  'sizes': (number)[];
  /**
   * The payloads, one after another.
   */
  'payloads': (Buffer);
  /**
   * When not zero, `payloads` is empty and as many bytes come in chunks of the same id on the bulk stream.
   */
  'bulkBytes': (number);
  /**
   * More items of the same id follow in later frames (a map whose input is not at its end).
   */
  'open': (boolean);
  /**
   * Time left for the whole batch in ms when the frame was made; 0 is none.
   */
  'deadlineMs': (number);
  /**
   * Higher first; 0 is normal.
   */
  'priority': (number);
  /**
   * Which try of these items this is; 1 is the first.
   */
  'attempt': (number);
  /**
   * Boot of the node that is meant (Execute); another boot answers NODE_LOST.
   */
  'incarnation': (number);
  /**
   * Items with the same key prefer the same node; empty is none.
   */
  'affinity': (string);
  /**
   * Makes repeating a function with effects safe; empty is none.
   */
  'idempotencyKey': (string);
  /**
   * Parent span of all items: 16 bytes trace id, 8 bytes span id, 1 byte flags. Empty is none.
   */
  'trace': (Buffer);
  /**
   * Parent spans of single items, 25 bytes each; empty, or one per item (25 zero bytes: none).
   */
  'traces': (Buffer);
  /**
   * Deadlines of single items in ms, when they differ; empty, or one per item.
   */
  'deadlinesMs': (number)[];
  /**
   * Most tries of one item; 0 is the default.
   */
  'attemptsMax': (number);
  /**
   * Whose the work is (Execute); empty means `default`.
   */
  'principal': (string);
  /**
   * The items of this frame that have a parent span of their own, counted from 0 and ascending, where few have one;
   * `traces` is empty then.
   */
  'tracedItems': (number)[];
  /**
   * Their parent spans, 25 bytes each.
   */
  'tracedParents': (Buffer);
}
