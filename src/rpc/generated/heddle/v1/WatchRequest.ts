// Original file: proto/heddle/v1/cluster.proto


/**
 * What to watch.
 */
export interface WatchRequest {
  /**
   * Tell of attempts as well.
   */
  'attempts'?: (boolean);
  /**
   * Only attempts of these functions (`kernel/function`); empty is all.
   */
  'functions'?: (string)[];
  /**
   * Tell of a node with each of its heartbeats as well, not only when its state changes.
   */
  'load'?: (boolean);
}

/**
 * What to watch.
 */
export interface WatchRequest__Output {
  /**
   * Tell of attempts as well.
   */
  'attempts': (boolean);
  /**
   * Only attempts of these functions (`kernel/function`); empty is all.
   */
  'functions': (string)[];
  /**
   * Tell of a node with each of its heartbeats as well, not only when its state changes.
   */
  'load': (boolean);
}
