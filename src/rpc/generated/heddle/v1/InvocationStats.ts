// Original file: proto/heddle/v1/fabric.proto

import type { EarlierAttempt as _heddle_v1_EarlierAttempt, EarlierAttempt__Output as _heddle_v1_EarlierAttempt__Output } from '../../heddle/v1/EarlierAttempt.ts';

/**
 * What an invocation took.
 */
export interface InvocationStats {
  /**
   * The node that gave the result.
   */
  'node'?: (string);
  /**
   * Tries that were made, the one that gave the result included.
   */
  'attempts'?: (number);
  /**
   * Time it waited on the node, in ms.
   */
  'queuedMs'?: (number | string);
  /**
   * Part that went into instantiating, in ms.
   */
  'coldMs'?: (number | string);
  /**
   * Time it ran, in ms.
   */
  'runMs'?: (number | string);
  /**
   * Tries before the last.
   */
  'earlier'?: (_heddle_v1_EarlierAttempt)[];
}

/**
 * What an invocation took.
 */
export interface InvocationStats__Output {
  /**
   * The node that gave the result.
   */
  'node': (string);
  /**
   * Tries that were made, the one that gave the result included.
   */
  'attempts': (number);
  /**
   * Time it waited on the node, in ms.
   */
  'queuedMs': (number);
  /**
   * Part that went into instantiating, in ms.
   */
  'coldMs': (number);
  /**
   * Time it ran, in ms.
   */
  'runMs': (number);
  /**
   * Tries before the last.
   */
  'earlier': (_heddle_v1_EarlierAttempt__Output)[];
}
