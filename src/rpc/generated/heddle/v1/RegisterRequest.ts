// Original file: proto/heddle/v1/cluster.proto

import type { NodeFacts as _heddle_v1_NodeFacts, NodeFacts__Output as _heddle_v1_NodeFacts__Output } from '../../heddle/v1/NodeFacts.ts';
import type { Heartbeat as _heddle_v1_Heartbeat, Heartbeat__Output as _heddle_v1_Heartbeat__Output } from '../../heddle/v1/Heartbeat.ts';
import type { Leaving as _heddle_v1_Leaving, Leaving__Output as _heddle_v1_Leaving__Output } from '../../heddle/v1/Leaving.ts';

/**
 * Frames of a node.
 */
export interface RegisterRequest {
  /**
   * First message.
   */
  'facts'?: (_heddle_v1_NodeFacts | null);
  /**
   * Every second, and whenever asked.
   */
  'heartbeat'?: (_heddle_v1_Heartbeat | null);
  /**
   * The node finishes what it has and goes.
   */
  'leaving'?: (_heddle_v1_Leaving | null);
  'kind'?: "facts"|"heartbeat"|"leaving";
}

/**
 * Frames of a node.
 */
export interface RegisterRequest__Output {
  /**
   * First message.
   */
  'facts'?: (_heddle_v1_NodeFacts__Output | null);
  /**
   * Every second, and whenever asked.
   */
  'heartbeat'?: (_heddle_v1_Heartbeat__Output | null);
  /**
   * The node finishes what it has and goes.
   */
  'leaving'?: (_heddle_v1_Leaving__Output | null);
  'kind'?: "facts"|"heartbeat"|"leaving";
}
