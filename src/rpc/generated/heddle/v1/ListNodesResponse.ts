// Original file: proto/heddle/v1/cluster.proto

import type { Node as _heddle_v1_Node, Node__Output as _heddle_v1_Node__Output } from '../../heddle/v1/Node.ts';

/**
 * All nodes by id.
 */
export interface ListNodesResponse {
  /**
   * By id.
   */
  'nodes'?: (_heddle_v1_Node)[];
}

/**
 * All nodes by id.
 */
export interface ListNodesResponse__Output {
  /**
   * By id.
   */
  'nodes': (_heddle_v1_Node__Output)[];
}
