// Original file: proto/heddle/v1/kernels.proto

import type { CodeFacts as _heddle_v1_CodeFacts, CodeFacts__Output as _heddle_v1_CodeFacts__Output } from '../../heddle/v1/CodeFacts.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The next bytes of a module, or where they are.
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
  /**
   * What the scheduler's admission found in its code, in the last message; from a scheduler only.
   */
  'facts'?: (_heddle_v1_CodeFacts | null);
  /**
   * Instead of all data, to those who asked for it: paths of which one after the other is that of a file with the bytes
   * of the module. Of a module that is being deployed the stream ends when it is admitted.
   */
  'files'?: (string)[];
}

/**
 * The next bytes of a module, or where they are.
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
  /**
   * What the scheduler's admission found in its code, in the last message; from a scheduler only.
   */
  'facts': (_heddle_v1_CodeFacts__Output | null);
  /**
   * Instead of all data, to those who asked for it: paths of which one after the other is that of a file with the bytes
   * of the module. Of a module that is being deployed the stream ends when it is admitted.
   */
  'files': (string)[];
}
