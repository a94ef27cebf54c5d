// Original file: proto/heddle/v1/cluster.proto

import type { Node as _heddle_v1_Node, Node__Output as _heddle_v1_Node__Output } from '../../heddle/v1/Node.ts';
import type { AttemptStarted as _heddle_v1_AttemptStarted, AttemptStarted__Output as _heddle_v1_AttemptStarted__Output } from '../../heddle/v1/AttemptStarted.ts';
import type { AttemptEnded as _heddle_v1_AttemptEnded, AttemptEnded__Output as _heddle_v1_AttemptEnded__Output } from '../../heddle/v1/AttemptEnded.ts';
import type { Synced as _heddle_v1_Synced, Synced__Output as _heddle_v1_Synced__Output } from '../../heddle/v1/Synced.ts';

/**
 * One change.
 */
export interface WatchResponse {
  /**
   * A node as it is now.
   */
  'node'?: (_heddle_v1_Node | null);
  /**
   * An attempt was sent to a node.
   */
  'attemptStarted'?: (_heddle_v1_AttemptStarted | null);
  /**
   * An attempt is over.
   */
  'attemptEnded'?: (_heddle_v1_AttemptEnded | null);
  /**
   * The nodes as they were at the start have all been told.
   */
  'synced'?: (_heddle_v1_Synced | null);
  'kind'?: "node"|"attemptStarted"|"attemptEnded"|"synced";
}

/**
 * One change.
 */
export interface WatchResponse__Output {
  /**
   * A node as it is now.
   */
  'node'?: (_heddle_v1_Node__Output | null);
  /**
   * An attempt was sent to a node.
   */
  'attemptStarted'?: (_heddle_v1_AttemptStarted__Output | null);
  /**
   * An attempt is over.
   */
  'attemptEnded'?: (_heddle_v1_AttemptEnded__Output | null);
  /**
   * The nodes as they were at the start have all been told.
   */
  'synced'?: (_heddle_v1_Synced__Output | null);
  'kind'?: "node"|"attemptStarted"|"attemptEnded"|"synced";
}
