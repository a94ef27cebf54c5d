// Original file: proto/heddle/v1/cluster.proto

import type { NodeFacts as _heddle_v1_NodeFacts, NodeFacts__Output as _heddle_v1_NodeFacts__Output } from '../../heddle/v1/NodeFacts.ts';
import type { NodeState as _heddle_v1_NodeState, NodeState__Output as _heddle_v1_NodeState__Output } from '../../heddle/v1/NodeState.ts';
import type { Heartbeat as _heddle_v1_Heartbeat, Heartbeat__Output as _heddle_v1_Heartbeat__Output } from '../../heddle/v1/Heartbeat.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A node as the scheduler sees it.
 */
export interface Node {
  /**
   * What it says of itself.
   */
  'facts'?: (_heddle_v1_NodeFacts | null);
  /**
   * What it is doing.
   */
  'state'?: (_heddle_v1_NodeState);
  /**
   * Attempts the scheduler has on it.
   */
  'attempts'?: (number);
  /**
   * Estimated work on it, in ms.
   */
  'queueMs'?: (number | string);
  /**
   * Its last heartbeat.
   */
  'heartbeat'?: (_heddle_v1_Heartbeat | null);
  /**
   * When the state began, in ms since the epoch.
   */
  'sinceMs'?: (number | string | Long);
  /**
   * Why it is in this state, for people.
   */
  'why'?: (string);
}

/**
 * A node as the scheduler sees it.
 */
export interface Node__Output {
  /**
   * What it says of itself.
   */
  'facts': (_heddle_v1_NodeFacts__Output | null);
  /**
   * What it is doing.
   */
  'state': (_heddle_v1_NodeState__Output);
  /**
   * Attempts the scheduler has on it.
   */
  'attempts': (number);
  /**
   * Estimated work on it, in ms.
   */
  'queueMs': (number);
  /**
   * Its last heartbeat.
   */
  'heartbeat': (_heddle_v1_Heartbeat__Output | null);
  /**
   * When the state began, in ms since the epoch.
   */
  'sinceMs': (number);
  /**
   * Why it is in this state, for people.
   */
  'why': (string);
}
