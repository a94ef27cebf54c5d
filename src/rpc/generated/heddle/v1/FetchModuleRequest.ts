// Original file: proto/heddle/v1/kernels.proto


/**
 * Which module.
 */
export interface FetchModuleRequest {
  /**
   * sha-256, 64 hex digits.
   */
  'digest'?: (string);
}

/**
 * Which module.
 */
export interface FetchModuleRequest__Output {
  /**
   * sha-256, 64 hex digits.
   */
  'digest': (string);
}
