// Original file: proto/heddle/v1/kernels.proto


/**
 * What to remove.
 */
export interface DeleteRequest {
  /**
   * Name of the kernel.
   */
  'name'?: (string);
  /**
   * One version, 64 hex digits, which must not be serving; empty for the whole kernel.
   */
  'digest'?: (string);
}

/**
 * What to remove.
 */
export interface DeleteRequest__Output {
  /**
   * Name of the kernel.
   */
  'name': (string);
  /**
   * One version, 64 hex digits, which must not be serving; empty for the whole kernel.
   */
  'digest': (string);
}
