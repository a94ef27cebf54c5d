// Original file: proto/heddle/v1/kernels.proto


/**
 * A version gets calls.
 */
export interface Promote {
  /**
   * Which, 64 hex digits; empty for the one on trial (canary or shadow).
   */
  'digest'?: (string);
  /**
   * Share of the calls, above 0 to 100; 0 is all.
   */
  'percent'?: (number | string);
}

/**
 * A version gets calls.
 */
export interface Promote__Output {
  /**
   * Which, 64 hex digits; empty for the one on trial (canary or shadow).
   */
  'digest': (string);
  /**
   * Share of the calls, above 0 to 100; 0 is all.
   */
  'percent': (number);
}
