// Original file: proto/heddle/v1/kernels.proto


/**
 * What was removed.
 */
export interface DeleteResponse {
  /**
   * The versions that were removed.
   */
  'digests'?: (string)[];
}

/**
 * What was removed.
 */
export interface DeleteResponse__Output {
  /**
   * The versions that were removed.
   */
  'digests': (string)[];
}
