// Original file: proto/heddle/v1/fabric.proto

import type { InvocationStats as _heddle_v1_InvocationStats, InvocationStats__Output as _heddle_v1_InvocationStats__Output } from '../../heddle/v1/InvocationStats.ts';

/**
 * The outcome of a call that succeeded; a failed one is a gRPC status with google.rpc.ErrorInfo.
 */
export interface InvokeResponse {
  /**
   * The serialised response message of the function.
   */
  'payload'?: (Buffer | Uint8Array | string);
  /**
   * What the call took.
   */
  'stats'?: (_heddle_v1_InvocationStats | null);
}

/**
 * The outcome of a call that succeeded; a failed one is a gRPC status with google.rpc.ErrorInfo.
 */
export interface InvokeResponse__Output {
  /**
   * The serialised response message of the function.
   */
  'payload': (Buffer);
  /**
   * What the call took.
   */
  'stats': (_heddle_v1_InvocationStats__Output | null);
}
