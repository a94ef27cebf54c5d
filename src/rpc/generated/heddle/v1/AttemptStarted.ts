// Original file: proto/heddle/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An attempt is on a node.
 */
export interface AttemptStarted {
  /**
   * Number of the attempt in this scheduler.
   */
  'attemptId'?: (number | string | Long);
  /**
   * `kernel/function`.
   */
  'function'?: (string);
  /**
   * The node.
   */
  'node'?: (string);
  /**
   * 1 for the first try of its items.
   */
  'number'?: (number);
  /**
   * Number of the batch in this scheduler.
   */
  'batchId'?: (number | string | Long);
  /**
   * Index of the first item.
   */
  'first'?: (number | string | Long);
  /**
   * Number of items.
   */
  'count'?: (number);
  /**
   * Trace the work belongs to, 32 hex digits; empty when there is none.
   */
  'traceId'?: (string);
}

/**
 * An attempt is on a node.
 */
export interface AttemptStarted__Output {
  /**
   * Number of the attempt in this scheduler.
   */
  'attemptId': (number);
  /**
   * `kernel/function`.
   */
  'function': (string);
  /**
   * The node.
   */
  'node': (string);
  /**
   * 1 for the first try of its items.
   */
  'number': (number);
  /**
   * Number of the batch in this scheduler.
   */
  'batchId': (number);
  /**
   * Index of the first item.
   */
  'first': (number);
  /**
   * Number of items.
   */
  'count': (number);
  /**
   * Trace the work belongs to, 32 hex digits; empty when there is none.
   */
  'traceId': (string);
}
