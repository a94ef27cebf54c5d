// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A line that a kernel logged in a call, or the stack of its trap (Execute). It comes before the outcome of the call.
 */
export interface Log {
  /**
   * Id of the attempt.
   */
  'id'?: (number | string | Long);
  /**
   * Index of the item.
   */
  'index'?: (number | string | Long);
  /**
   * 0 debug, 1 info, 2 warn, 3 error.
   */
  'level'?: (number);
  /**
   * UTF-8 text.
   */
  'text'?: (string);
  /**
   * When it was written, in ms since the epoch.
   */
  'timeMs'?: (number | string);
}

/**
 * A line that a kernel logged in a call, or the stack of its trap (Execute). It comes before the outcome of the call.
 */
export interface Log__Output {
  /**
   * Id of the attempt.
   */
  'id': (number);
  /**
   * Index of the item.
   */
  'index': (number);
  /**
   * 0 debug, 1 info, 2 warn, 3 error.
   */
  'level': (number);
  /**
   * UTF-8 text.
   */
  'text': (string);
  /**
   * When it was written, in ms since the epoch.
   */
  'timeMs': (number);
}
