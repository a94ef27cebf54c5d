// Original file: proto/heddle/v1/kernels.proto

import type { Promote as _heddle_v1_Promote, Promote__Output as _heddle_v1_Promote__Output } from '../../heddle/v1/Promote.ts';
import type { Rollback as _heddle_v1_Rollback, Rollback__Output as _heddle_v1_Rollback__Output } from '../../heddle/v1/Rollback.ts';

/**
 * How calls of a kernel are to be routed from now on.
 */
export interface RouteRequest {
  /**
   * Name of the kernel.
   */
  'name'?: (string);
  /**
   * Gives a version more of the calls.
   */
  'promote'?: (_heddle_v1_Promote | null);
  /**
   * Takes a version back.
   */
  'rollback'?: (_heddle_v1_Rollback | null);
  /**
   * What to change.
   */
  'change'?: "promote"|"rollback";
}

/**
 * How calls of a kernel are to be routed from now on.
 */
export interface RouteRequest__Output {
  /**
   * Name of the kernel.
   */
  'name': (string);
  /**
   * Gives a version more of the calls.
   */
  'promote'?: (_heddle_v1_Promote__Output | null);
  /**
   * Takes a version back.
   */
  'rollback'?: (_heddle_v1_Rollback__Output | null);
  /**
   * What to change.
   */
  'change'?: "promote"|"rollback";
}
