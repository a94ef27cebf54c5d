// Original file: proto/heddle/v1/executor.proto

import type { Welcome as _heddle_v1_Welcome, Welcome__Output as _heddle_v1_Welcome__Output } from '../../heddle/v1/Welcome.ts';
import type { FunctionEntry as _heddle_v1_FunctionEntry, FunctionEntry__Output as _heddle_v1_FunctionEntry__Output } from '../../heddle/v1/FunctionEntry.ts';
import type { Chunk as _heddle_v1_Chunk, Chunk__Output as _heddle_v1_Chunk__Output } from '../../heddle/v1/Chunk.ts';
import type { Result as _heddle_v1_Result, Result__Output as _heddle_v1_Result__Output } from '../../heddle/v1/Result.ts';
import type { Credit as _heddle_v1_Credit, Credit__Output as _heddle_v1_Credit__Output } from '../../heddle/v1/Credit.ts';
import type { Log as _heddle_v1_Log, Log__Output as _heddle_v1_Log__Output } from '../../heddle/v1/Log.ts';

/**
 * Frames of a node.
 */
export interface ExecuteResponse {
  /**
   * First message only.
   */
  'welcome'?: (_heddle_v1_Welcome | null);
  /**
   * Functions whose module is compiled and warm; only `number` is set.
   */
  'functions'?: (_heddle_v1_FunctionEntry)[];
  /**
   * Parts of large results, on the bulk stream.
   */
  'chunks'?: (_heddle_v1_Chunk)[];
  /**
   * Outcomes; a long attempt reports its finished items in several.
   */
  'results'?: (_heddle_v1_Result)[];
  /**
   * What the node will take.
   */
  'credits'?: (_heddle_v1_Credit)[];
  /**
   * What kernels logged.
   */
  'logs'?: (_heddle_v1_Log)[];
}

/**
 * Frames of a node.
 */
export interface ExecuteResponse__Output {
  /**
   * First message only.
   */
  'welcome': (_heddle_v1_Welcome__Output | null);
  /**
   * Functions whose module is compiled and warm; only `number` is set.
   */
  'functions': (_heddle_v1_FunctionEntry__Output)[];
  /**
   * Parts of large results, on the bulk stream.
   */
  'chunks': (_heddle_v1_Chunk__Output)[];
  /**
   * Outcomes; a long attempt reports its finished items in several.
   */
  'results': (_heddle_v1_Result__Output)[];
  /**
   * What the node will take.
   */
  'credits': (_heddle_v1_Credit__Output)[];
  /**
   * What kernels logged.
   */
  'logs': (_heddle_v1_Log__Output)[];
}
