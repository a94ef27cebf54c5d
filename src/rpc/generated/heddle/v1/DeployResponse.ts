// Original file: proto/heddle/v1/kernels.proto

import type { Kernel as _heddle_v1_Kernel, Kernel__Output as _heddle_v1_Kernel__Output } from '../../heddle/v1/Kernel.ts';

/**
 * What has been deployed.
 */
export interface DeployResponse {
  /**
   * The kernel as it is now.
   */
  'kernel'?: (_heddle_v1_Kernel | null);
  /**
   * True when the name already pointed to this digest.
   */
  'unchanged'?: (boolean);
  /**
   * Nodes that have the module warm.
   */
  'readyNodes'?: (string)[];
  /**
   * Nodes that did not confirm in time; they fetch it on first use.
   */
  'pendingNodes'?: (string)[];
}

/**
 * What has been deployed.
 */
export interface DeployResponse__Output {
  /**
   * The kernel as it is now.
   */
  'kernel': (_heddle_v1_Kernel__Output | null);
  /**
   * True when the name already pointed to this digest.
   */
  'unchanged': (boolean);
  /**
   * Nodes that have the module warm.
   */
  'readyNodes': (string)[];
  /**
   * Nodes that did not confirm in time; they fetch it on first use.
   */
  'pendingNodes': (string)[];
}
