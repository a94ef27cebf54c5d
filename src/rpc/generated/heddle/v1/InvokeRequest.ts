// Original file: proto/heddle/v1/fabric.proto


/**
 * One call.
 */
export interface InvokeRequest {
  /**
   * `kernel/function`, for example `linalg/matmul`.
   */
  'function'?: (string);
  /**
   * The serialised request message of the function.
   */
  'payload'?: (Buffer | Uint8Array | string);
  /**
   * sha-256 of the version to call, 64 hex digits; empty for the one the name points to.
   */
  'digest'?: (string);
  /**
   * Higher first; 0 is normal.
   */
  'priority'?: (number);
  /**
   * Calls with the same key prefer the same node; empty is none.
   */
  'affinity'?: (string);
  /**
   * Makes repeating a function with effects safe; empty is none.
   */
  'idempotencyKey'?: (string);
  /**
   * Most tries; 0 is the default.
   */
  'attemptsMax'?: (number);
}

/**
 * One call.
 */
export interface InvokeRequest__Output {
  /**
   * `kernel/function`, for example `linalg/matmul`.
   */
  'function': (string);
  /**
   * The serialised request message of the function.
   */
  'payload': (Buffer);
  /**
   * sha-256 of the version to call, 64 hex digits; empty for the one the name points to.
   */
  'digest': (string);
  /**
   * Higher first; 0 is normal.
   */
  'priority': (number);
  /**
   * Calls with the same key prefer the same node; empty is none.
   */
  'affinity': (string);
  /**
   * Makes repeating a function with effects safe; empty is none.
   */
  'idempotencyKey': (string);
  /**
   * Most tries; 0 is the default.
   */
  'attemptsMax': (number);
}
