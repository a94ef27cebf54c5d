// Original file: proto/heddle/v1/kernels.proto


/**
 * Which kernel.
 */
export interface GetRequest {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * A version of it, 64 hex digits; empty for the one the name points to.
   */
  'digest'?: (string);
}

/**
 * Which kernel.
 */
export interface GetRequest__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * A version of it, 64 hex digits; empty for the one the name points to.
   */
  'digest': (string);
}
