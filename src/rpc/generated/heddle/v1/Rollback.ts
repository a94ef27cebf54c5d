// Original file: proto/heddle/v1/kernels.proto


/**
 * Calls go back to an earlier version.
 */
export interface Rollback {
  /**
   * To which, 64 hex digits; empty: a version on trial is taken back, otherwise the version that served before serves.
   */
  'digest'?: (string);
}

/**
 * Calls go back to an earlier version.
 */
export interface Rollback__Output {
  /**
   * To which, 64 hex digits; empty: a version on trial is taken back, otherwise the version that served before serves.
   */
  'digest': (string);
}
