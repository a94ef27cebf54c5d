// Original file: proto/heddle/v1/kernels.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The next bytes of a module.
 */
export interface FetchModuleResponse {
  /**
   * At most 64 KiB.
   */
  'data'?: (Buffer | Uint8Array | string);
  /**
   * Size of the whole module in bytes, in the first message.
   */
  'size'?: (number | string | Long);
}

/**
 * The next bytes of a module.
 */
export interface FetchModuleResponse__Output {
  /**
   * At most 64 KiB.
   */
  'data': (Buffer);
  /**
   * Size of the whole module in bytes, in the first message.
   */
  'size': (number);
}
