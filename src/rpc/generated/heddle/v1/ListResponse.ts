// Original file: proto/heddle/v1/kernels.proto

import type { Kernel as _heddle_v1_Kernel, Kernel__Output as _heddle_v1_Kernel__Output } from '../../heddle/v1/Kernel.ts';

/**
 * All kernels by name.
 */
export interface ListResponse {
  /**
   * By name.
   */
  'kernels'?: (_heddle_v1_Kernel)[];
}

/**
 * All kernels by name.
 */
export interface ListResponse__Output {
  /**
   * By name.
   */
  'kernels': (_heddle_v1_Kernel__Output)[];
}
