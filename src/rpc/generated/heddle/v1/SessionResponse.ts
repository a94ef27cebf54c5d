// Original file: proto/heddle/v1/fabric.proto

import type { Welcome as _heddle_v1_Welcome, Welcome__Output as _heddle_v1_Welcome__Output } from '../../heddle/v1/Welcome.ts';
import type { FunctionEntry as _heddle_v1_FunctionEntry, FunctionEntry__Output as _heddle_v1_FunctionEntry__Output } from '../../heddle/v1/FunctionEntry.ts';
import type { Chunk as _heddle_v1_Chunk, Chunk__Output as _heddle_v1_Chunk__Output } from '../../heddle/v1/Chunk.ts';
import type { Result as _heddle_v1_Result, Result__Output as _heddle_v1_Result__Output } from '../../heddle/v1/Result.ts';
import type { Credit as _heddle_v1_Credit, Credit__Output as _heddle_v1_Credit__Output } from '../../heddle/v1/Credit.ts';

/**
 * Frames of the gateway.
 */
export interface SessionResponse {
  /**
   * First message only.
   */
  'welcome'?: (_heddle_v1_Welcome | null);
  /**
   * Functions of the client that another version answers from now on, or none: only `number` and `digest` are set. The
   * client should ask for the descriptor anew.
   */
  'functions'?: (_heddle_v1_FunctionEntry)[];
  /**
   * Parts of large results, on the bulk stream.
   */
  'chunks'?: (_heddle_v1_Chunk)[];
  /**
   * Outcomes.
   */
  'results'?: (_heddle_v1_Result)[];
  /**
   * With `draining`: the gateway stops soon; settle and connect elsewhere.
   */
  'credits'?: (_heddle_v1_Credit)[];
}

/**
 * Frames of the gateway.
 */
export interface SessionResponse__Output {
  /**
   * First message only.
   */
  'welcome': (_heddle_v1_Welcome__Output | null);
  /**
   * Functions of the client that another version answers from now on, or none: only `number` and `digest` are set. The
   * client should ask for the descriptor anew.
   */
  'functions': (_heddle_v1_FunctionEntry__Output)[];
  /**
   * Parts of large results, on the bulk stream.
   */
  'chunks': (_heddle_v1_Chunk__Output)[];
  /**
   * Outcomes.
   */
  'results': (_heddle_v1_Result__Output)[];
  /**
   * With `draining`: the gateway stops soon; settle and connect elsewhere.
   */
  'credits': (_heddle_v1_Credit__Output)[];
}
