// Original file: proto/heddle/v1/cluster.proto

/**
 * What a node is doing.
 */
export const NodeState = {
  /**
   * Not known.
   */
  NODE_STATE_UNSPECIFIED: 0,
  /**
   * Registered; the scheduler is dialling its executor.
   */
  NODE_STATE_JOINING: 1,
  /**
   * Takes work.
   */
  NODE_STATE_READY: 2,
  /**
   * Finishes what it has.
   */
  NODE_STATE_DRAINING: 3,
  /**
   * Dead or silent; kept for a while so that people see it.
   */
  NODE_STATE_LOST: 4,
  /**
   * Went in order.
   */
  NODE_STATE_LEFT: 5,
} as const;

/**
 * What a node is doing.
 */
export type NodeState =
  /**
   * Not known.
   */
  | 'NODE_STATE_UNSPECIFIED'
  | 0
  /**
   * Registered; the scheduler is dialling its executor.
   */
  | 'NODE_STATE_JOINING'
  | 1
  /**
   * Takes work.
   */
  | 'NODE_STATE_READY'
  | 2
  /**
   * Finishes what it has.
   */
  | 'NODE_STATE_DRAINING'
  | 3
  /**
   * Dead or silent; kept for a while so that people see it.
   */
  | 'NODE_STATE_LOST'
  | 4
  /**
   * Went in order.
   */
  | 'NODE_STATE_LEFT'
  | 5

/**
 * What a node is doing.
 */
export type NodeState__Output = typeof NodeState[keyof typeof NodeState]
