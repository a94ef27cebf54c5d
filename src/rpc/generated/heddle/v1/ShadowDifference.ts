// Original file: proto/heddle/v1/kernels.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One call whose outcomes differ.
 */
export interface ShadowDifference {
  /**
   * The function.
   */
  'function'?: (string);
  /**
   * What differs, in a sentence.
   */
  'message'?: (string);
  /**
   * Id of its trace, 32 hex digits; empty if it had none.
   */
  'traceId'?: (string);
  /**
   * When it was seen, in ms since the epoch.
   */
  'atMs'?: (number | string | Long);
}

/**
 * One call whose outcomes differ.
 */
export interface ShadowDifference__Output {
  /**
   * The function.
   */
  'function': (string);
  /**
   * What differs, in a sentence.
   */
  'message': (string);
  /**
   * Id of its trace, 32 hex digits; empty if it had none.
   */
  'traceId': (string);
  /**
   * When it was seen, in ms since the epoch.
   */
  'atMs': (number);
}
