// Original file: proto/heddle/v1/kernels.proto

import type { Kernel as _heddle_v1_Kernel, Kernel__Output as _heddle_v1_Kernel__Output } from '../../heddle/v1/Kernel.ts';

/**
 * How calls are routed now.
 */
export interface RouteResponse {
  /**
   * The kernel as it is now.
   */
  'kernel'?: (_heddle_v1_Kernel | null);
}

/**
 * How calls are routed now.
 */
export interface RouteResponse__Output {
  /**
   * The kernel as it is now.
   */
  'kernel': (_heddle_v1_Kernel__Output | null);
}
