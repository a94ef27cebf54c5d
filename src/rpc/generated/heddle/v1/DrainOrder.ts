// Original file: proto/heddle/v1/cluster.proto


/**
 * Drain.
 */
export interface DrainOrder {
  /**
   * Why, for people.
   */
  'why'?: (string);
}

/**
 * Drain.
 */
export interface DrainOrder__Output {
  /**
   * Why, for people.
   */
  'why': (string);
}
