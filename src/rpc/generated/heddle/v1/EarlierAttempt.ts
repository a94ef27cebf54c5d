// Original file: proto/heddle/v1/invocation.proto


/**
 * A try that came before the one whose result this is.
 */
export interface EarlierAttempt {
  /**
   * 1 is the first.
   */
  'number'?: (number);
  /**
   * The node it ran on.
   */
  'node'?: (string);
  /**
   * Why it did not settle.
   */
  'reason'?: (string);
}

/**
 * A try that came before the one whose result this is.
 */
export interface EarlierAttempt__Output {
  /**
   * 1 is the first.
   */
  'number': (number);
  /**
   * The node it ran on.
   */
  'node': (string);
  /**
   * Why it did not settle.
   */
  'reason': (string);
}
