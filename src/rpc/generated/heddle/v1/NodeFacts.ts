// Original file: proto/heddle/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What a node says of itself.
 */
export interface NodeFacts {
  /**
   * Its id; lasts with its data folder.
   */
  'id'?: (string);
  /**
   * This boot, in ms since the epoch.
   */
  'incarnation'?: (number | string | Long);
  /**
   * Where its Executor listens: `host:port`.
   */
  'address'?: (string);
  /**
   * Unix socket of its Executor, for a scheduler on the same machine; empty for none.
   */
  'unixAddress'?: (string);
  /**
   * Process id.
   */
  'pid'?: (number);
  /**
   * Threads that run kernels.
   */
  'workers'?: (number);
  /**
   * Version of Heddle.
   */
  'version'?: (string);
  /**
   * Where it stands; empty is unknown.
   */
  'zone'?: (string);
}

/**
 * What a node says of itself.
 */
export interface NodeFacts__Output {
  /**
   * Its id; lasts with its data folder.
   */
  'id': (string);
  /**
   * This boot, in ms since the epoch.
   */
  'incarnation': (number);
  /**
   * Where its Executor listens: `host:port`.
   */
  'address': (string);
  /**
   * Unix socket of its Executor, for a scheduler on the same machine; empty for none.
   */
  'unixAddress': (string);
  /**
   * Process id.
   */
  'pid': (number);
  /**
   * Threads that run kernels.
   */
  'workers': (number);
  /**
   * Version of Heddle.
   */
  'version': (string);
  /**
   * Where it stands; empty is unknown.
   */
  'zone': (string);
}
