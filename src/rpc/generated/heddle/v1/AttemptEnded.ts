// Original file: proto/heddle/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An attempt is over.
 */
export interface AttemptEnded {
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
   * `ok`, `failed`, `lost` or `cancelled`.
   */
  'outcome'?: (string);
  /**
   * Reason of the last failure; empty when all went well.
   */
  'reason'?: (string);
  /**
   * Items that are tried again.
   */
  'retried'?: (number);
}

/**
 * An attempt is over.
 */
export interface AttemptEnded__Output {
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
   * `ok`, `failed`, `lost` or `cancelled`.
   */
  'outcome': (string);
  /**
   * Reason of the last failure; empty when all went well.
   */
  'reason': (string);
  /**
   * Items that are tried again.
   */
  'retried': (number);
}
