// Original file: proto/heddle/v1/cluster.proto


/**
 * The node goes in order.
 */
export interface Leaving {
  /**
   * Why, for people.
   */
  'why'?: (string);
}

/**
 * The node goes in order.
 */
export interface Leaving__Output {
  /**
   * Why, for people.
   */
  'why': (string);
}
