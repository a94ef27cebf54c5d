// Original file: proto/heddle/v1/fabric.proto

import type { Hello as _heddle_v1_Hello, Hello__Output as _heddle_v1_Hello__Output } from '../../heddle/v1/Hello.ts';
import type { FunctionEntry as _heddle_v1_FunctionEntry, FunctionEntry__Output as _heddle_v1_FunctionEntry__Output } from '../../heddle/v1/FunctionEntry.ts';
import type { Batch as _heddle_v1_Batch, Batch__Output as _heddle_v1_Batch__Output } from '../../heddle/v1/Batch.ts';
import type { Chunk as _heddle_v1_Chunk, Chunk__Output as _heddle_v1_Chunk__Output } from '../../heddle/v1/Chunk.ts';
import type { Cancel as _heddle_v1_Cancel, Cancel__Output as _heddle_v1_Cancel__Output } from '../../heddle/v1/Cancel.ts';
import type { Pause as _heddle_v1_Pause, Pause__Output as _heddle_v1_Pause__Output } from '../../heddle/v1/Pause.ts';

/**
 * Frames of a client.
 */
export interface SessionRequest {
  /**
   * First message only.
   */
  'hello'?: (_heddle_v1_Hello | null);
  /**
   * Functions the batches of this and later messages use.
   */
  'functions'?: (_heddle_v1_FunctionEntry)[];
  /**
   * Work.
   */
  'batches'?: (_heddle_v1_Batch)[];
  /**
   * Parts of large payloads, on the bulk stream.
   */
  'chunks'?: (_heddle_v1_Chunk)[];
  /**
   * Work that is not wanted any more.
   */
  'cancels'?: (_heddle_v1_Cancel)[];
  /**
   * Maps whose results are not read at present, or are again.
   */
  'pauses'?: (_heddle_v1_Pause)[];
}

/**
 * Frames of a client.
 */
export interface SessionRequest__Output {
  /**
   * First message only.
   */
  'hello': (_heddle_v1_Hello__Output | null);
  /**
   * Functions the batches of this and later messages use.
   */
  'functions': (_heddle_v1_FunctionEntry__Output)[];
  /**
   * Work.
   */
  'batches': (_heddle_v1_Batch__Output)[];
  /**
   * Parts of large payloads, on the bulk stream.
   */
  'chunks': (_heddle_v1_Chunk__Output)[];
  /**
   * Work that is not wanted any more.
   */
  'cancels': (_heddle_v1_Cancel__Output)[];
  /**
   * Maps whose results are not read at present, or are again.
   */
  'pauses': (_heddle_v1_Pause__Output)[];
}
