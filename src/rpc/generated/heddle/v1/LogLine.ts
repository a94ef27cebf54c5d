// Original file: proto/heddle/v1/kernels.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A line that a kernel logged, or the stack of a call that trapped.
 */
export interface LogLine {
  /**
   * When, in ms since the epoch.
   */
  'timeMs'?: (number | string);
  /**
   * The kernel.
   */
  'kernel'?: (string);
  /**
   * The function.
   */
  'function'?: (string);
  /**
   * The version, 64 hex digits.
   */
  'digest'?: (string);
  /**
   * The node it ran on.
   */
  'node'?: (string);
  /**
   * 0 debug, 1 info, 2 warn, 3 error.
   */
  'level'?: (number);
  /**
   * What it says.
   */
  'text'?: (string);
  /**
   * Id of the call's trace, 32 hex digits; empty if it has none.
   */
  'traceId'?: (string);
  /**
   * Which try of the call; 1 is the first.
   */
  'attempt'?: (number);
  /**
   * Index of the item, in a map.
   */
  'index'?: (number | string | Long);
}

/**
 * A line that a kernel logged, or the stack of a call that trapped.
 */
export interface LogLine__Output {
  /**
   * When, in ms since the epoch.
   */
  'timeMs': (number);
  /**
   * The kernel.
   */
  'kernel': (string);
  /**
   * The function.
   */
  'function': (string);
  /**
   * The version, 64 hex digits.
   */
  'digest': (string);
  /**
   * The node it ran on.
   */
  'node': (string);
  /**
   * 0 debug, 1 info, 2 warn, 3 error.
   */
  'level': (number);
  /**
   * What it says.
   */
  'text': (string);
  /**
   * Id of the call's trace, 32 hex digits; empty if it has none.
   */
  'traceId': (string);
  /**
   * Which try of the call; 1 is the first.
   */
  'attempt': (number);
  /**
   * Index of the item, in a map.
   */
  'index': (number);
}
