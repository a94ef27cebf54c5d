// Original file: proto/heddle/v1/kernels.proto

import type { DeployHeader as _heddle_v1_DeployHeader, DeployHeader__Output as _heddle_v1_DeployHeader__Output } from '../../heddle/v1/DeployHeader.ts';

/**
 * First a header, then the bytes in order.
 */
export interface DeployRequest {
  /**
   * First message.
   */
  'header'?: (_heddle_v1_DeployHeader | null);
  /**
   * The next bytes of the module, at most 1 MiB.
   */
  'data'?: (Buffer | Uint8Array | string);
  'part'?: "header"|"data";
}

/**
 * First a header, then the bytes in order.
 */
export interface DeployRequest__Output {
  /**
   * First message.
   */
  'header'?: (_heddle_v1_DeployHeader__Output | null);
  /**
   * The next bytes of the module, at most 1 MiB.
   */
  'data'?: (Buffer);
  'part'?: "header"|"data";
}
