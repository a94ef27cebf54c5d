// Original file: proto/heddle/v1/cluster.proto

import type { Accepted as _heddle_v1_Accepted, Accepted__Output as _heddle_v1_Accepted__Output } from '../../heddle/v1/Accepted.ts';
import type { DrainOrder as _heddle_v1_DrainOrder, DrainOrder__Output as _heddle_v1_DrainOrder__Output } from '../../heddle/v1/DrainOrder.ts';

/**
 * Frames of the scheduler.
 */
export interface RegisterResponse {
  /**
   * Answer to the facts.
   */
  'accepted'?: (_heddle_v1_Accepted | null);
  /**
   * Finish what runs and take nothing new.
   */
  'drain'?: (_heddle_v1_DrainOrder | null);
  'kind'?: "accepted"|"drain";
}

/**
 * Frames of the scheduler.
 */
export interface RegisterResponse__Output {
  /**
   * Answer to the facts.
   */
  'accepted'?: (_heddle_v1_Accepted__Output | null);
  /**
   * Finish what runs and take nothing new.
   */
  'drain'?: (_heddle_v1_DrainOrder__Output | null);
  'kind'?: "accepted"|"drain";
}
