// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A part of a large payload, on the bulk stream. Its frame goes on the small stream in order with all others; since the
 * two are different connections, the chunks may come before it. Chunks of one id come in the order of its frames, and
 * frames of that id which follow a large one count after it.
 */
export interface Chunk {
  /**
   * Id of the batch or result.
   */
  'id'?: (number | string | Long);
  /**
   * The bytes; none when the rest of the frame does not come, because all its items were cancelled.
   */
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * A part of a large payload, on the bulk stream. Its frame goes on the small stream in order with all others; since the
 * two are different connections, the chunks may come before it. Chunks of one id come in the order of its frames, and
 * frames of that id which follow a large one count after it.
 */
export interface Chunk__Output {
  /**
   * Id of the batch or result.
   */
  'id': (number);
  /**
   * The bytes; none when the rest of the frame does not come, because all its items were cancelled.
   */
  'data': (Buffer);
}
