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
}
