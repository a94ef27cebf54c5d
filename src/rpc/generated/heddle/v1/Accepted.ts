// Original file: proto/heddle/v1/cluster.proto


/**
 * The node is a member.
 */
export interface Accepted {
  /**
   * A node silent for this long is lost, in ms.
   */
  'leaseMs'?: (number);
  /**
   * How often to send heartbeats, in ms.
   */
  'heartbeatMs'?: (number);
  /**
   * Version of Heddle.
   */
  'version'?: (string);
}

/**
 * The node is a member.
 */
export interface Accepted__Output {
  /**
   * A node silent for this long is lost, in ms.
   */
  'leaseMs': (number);
  /**
   * How often to send heartbeats, in ms.
   */
  'heartbeatMs': (number);
  /**
   * Version of Heddle.
   */
  'version': (string);
}
