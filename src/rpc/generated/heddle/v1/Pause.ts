// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The caller has more results of a batch than it wants to hold: nothing new of it is started until it has less.
 */
export interface Pause {
  /**
   * Id of the batch.
   */
  'id'?: (number | string | Long);
  'paused'?: (boolean);
}

/**
 * The caller has more results of a batch than it wants to hold: nothing new of it is started until it has less.
 */
export interface Pause__Output {
  /**
   * Id of the batch.
   */
  'id': (number);
  'paused': (boolean);
}
