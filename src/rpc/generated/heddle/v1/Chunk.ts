// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A part of a large payload on a bulk stream. Chunks of one id come in order.
 */
export interface Chunk {
  /**
   * Id of the batch or result.
   */
  'id'?: (number | string | Long);
  /**
   * The bytes, at most 64 KiB less the frame's header.
   */
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * A part of a large payload on a bulk stream. Chunks of one id come in order.
 */
export interface Chunk__Output {
  /**
   * Id of the batch or result.
   */
  'id': (number);
  /**
   * The bytes, at most 64 KiB less the frame's header.
   */
  'data': (Buffer);
}
