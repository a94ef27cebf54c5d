// Original file: proto/heddle/v1/kernels.proto

import type { Kernel as _heddle_v1_Kernel, Kernel__Output as _heddle_v1_Kernel__Output } from '../../heddle/v1/Kernel.ts';

/**
 * One kernel.
 */
export interface GetResponse {
  /**
   * The kernel.
   */
  'kernel'?: (_heddle_v1_Kernel | null);
  /**
   * Its google.protobuf.FileDescriptorSet, serialised.
   */
  'descriptorSet'?: (Buffer | Uint8Array | string);
  /**
   * Port on which the gateway that answers serves HTTP.
   */
  'httpPort'?: (number);
}

/**
 * One kernel.
 */
export interface GetResponse__Output {
  /**
   * The kernel.
   */
  'kernel': (_heddle_v1_Kernel__Output | null);
  /**
   * Its google.protobuf.FileDescriptorSet, serialised.
   */
  'descriptorSet': (Buffer);
  /**
   * Port on which the gateway that answers serves HTTP.
   */
  'httpPort': (number);
}
