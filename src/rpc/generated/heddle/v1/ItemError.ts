// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An item that failed.
 */
export interface ItemError {
  /**
   * Index in the batch.
   */
  'index'?: (number | string | Long);
  /**
   * gRPC status code.
   */
  'code'?: (number);
  /**
   * Stable reason, see docs/errors.md.
   */
  'reason'?: (string);
  /**
   * One sentence for people.
   */
  'message'?: (string);
  /**
   * A google.rpc.Status with more, serialised; may be empty.
   */
  'details'?: (Buffer | Uint8Array | string);
  /**
   * Tries that were made.
   */
  'attempts'?: (number);
  /**
   * Node of the last try; empty if none was made.
   */
  'node'?: (string);
  /**
   * When to ask again at the earliest, in ms; 0 for no advice.
   */
  'retryAfterMs'?: (number);
  /**
   * How many items from `index` on failed alike; 0 is one.
   */
  'count'?: (number);
}

/**
 * An item that failed.
 */
export interface ItemError__Output {
  /**
   * Index in the batch.
   */
  'index': (number);
  /**
   * gRPC status code.
   */
  'code': (number);
  /**
   * Stable reason, see docs/errors.md.
   */
  'reason': (string);
  /**
   * One sentence for people.
   */
  'message': (string);
  /**
   * A google.rpc.Status with more, serialised; may be empty.
   */
  'details': (Buffer);
  /**
   * Tries that were made.
   */
  'attempts': (number);
  /**
   * Node of the last try; empty if none was made.
   */
  'node': (string);
  /**
   * When to ask again at the earliest, in ms; 0 for no advice.
   */
  'retryAfterMs': (number);
  /**
   * How many items from `index` on failed alike; 0 is one.
   */
  'count': (number);
}
