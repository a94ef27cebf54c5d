// Original file: proto/heddle/v1/kernels.proto


/**
 * Which module.
 */
export interface FetchModuleRequest {
  /**
   * sha-256, 64 hex digits.
   */
  'digest'?: (string);
  /**
   * Whoever asks may stand on the machine of the scheduler: it can try to read the module from its files.
   */
  'files'?: (boolean);
}

/**
 * Which module.
 */
export interface FetchModuleRequest__Output {
  /**
   * sha-256, 64 hex digits.
   */
  'digest': (string);
  /**
   * Whoever asks may stand on the machine of the scheduler: it can try to read the module from its files.
   */
  'files': (boolean);
}
