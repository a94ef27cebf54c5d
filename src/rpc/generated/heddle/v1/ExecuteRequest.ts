// Original file: proto/heddle/v1/executor.proto

import type { Hello as _heddle_v1_Hello, Hello__Output as _heddle_v1_Hello__Output } from '../../heddle/v1/Hello.ts';
import type { FunctionEntry as _heddle_v1_FunctionEntry, FunctionEntry__Output as _heddle_v1_FunctionEntry__Output } from '../../heddle/v1/FunctionEntry.ts';
import type { Batch as _heddle_v1_Batch, Batch__Output as _heddle_v1_Batch__Output } from '../../heddle/v1/Batch.ts';
import type { Chunk as _heddle_v1_Chunk, Chunk__Output as _heddle_v1_Chunk__Output } from '../../heddle/v1/Chunk.ts';
import type { Cancel as _heddle_v1_Cancel, Cancel__Output as _heddle_v1_Cancel__Output } from '../../heddle/v1/Cancel.ts';

/**
 * Frames of a scheduler.
 */
export interface ExecuteRequest {
  /**
   * First message only.
   */
  'hello'?: (_heddle_v1_Hello | null);
  /**
   * Functions the batches of this and later messages use.
   */
  'functions'?: (_heddle_v1_FunctionEntry)[];
  /**
   * Attempts; `Batch.id` is the attempt's id.
   */
  'batches'?: (_heddle_v1_Batch)[];
  /**
   * Parts of large payloads, on the bulk stream.
   */
  'chunks'?: (_heddle_v1_Chunk)[];
  /**
   * Items that are not wanted any more.
   */
  'cancels'?: (_heddle_v1_Cancel)[];
}

/**
 * Frames of a scheduler.
 */
export interface ExecuteRequest__Output {
  /**
   * First message only.
   */
  'hello': (_heddle_v1_Hello__Output | null);
  /**
   * Functions the batches of this and later messages use.
   */
  'functions': (_heddle_v1_FunctionEntry__Output)[];
  /**
   * Attempts; `Batch.id` is the attempt's id.
   */
  'batches': (_heddle_v1_Batch__Output)[];
  /**
   * Parts of large payloads, on the bulk stream.
   */
  'chunks': (_heddle_v1_Chunk__Output)[];
  /**
   * Items that are not wanted any more.
   */
  'cancels': (_heddle_v1_Cancel__Output)[];
}
