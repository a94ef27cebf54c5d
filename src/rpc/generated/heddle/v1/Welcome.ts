// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Answer to Hello.
 */
export interface Welcome {
  /**
   * Version of the sender.
   */
  'version'?: (string);
  /**
   * Name of the sender: a node's id (Execute) or a gateway's (Session).
   */
  'id'?: (string);
  /**
   * Boot of the sender.
   */
  'incarnation'?: (number | string | Long);
  /**
   * Input bytes that the client's maps should have unsettled on this connection. Some times as many are refused.
   */
  'windowBytes'?: (number | string | Long);
  /**
   * Items that they should have unsettled.
   */
  'windowItems'?: (number);
  /**
   * Threads that run kernels (Execute).
   */
  'workers'?: (number);
  /**
   * Path of a Unix socket on which the gateway takes sessions as well (Session); empty for none, and for clients that are
   * not on its machine. A client that finds there the same `id` and `incarnation` may use it instead.
   */
  'unixPath'?: (string);
  /**
   * The TCP port on which the gateway listens; a client that dialled another one has come by some relay (Session).
   */
  'port'?: (number);
}

/**
 * Answer to Hello.
 */
export interface Welcome__Output {
  /**
   * Version of the sender.
   */
  'version': (string);
  /**
   * Name of the sender: a node's id (Execute) or a gateway's (Session).
   */
  'id': (string);
  /**
   * Boot of the sender.
   */
  'incarnation': (number);
  /**
   * Input bytes that the client's maps should have unsettled on this connection. Some times as many are refused.
   */
  'windowBytes': (number);
  /**
   * Items that they should have unsettled.
   */
  'windowItems': (number);
  /**
   * Threads that run kernels (Execute).
   */
  'workers': (number);
  /**
   * Path of a Unix socket on which the gateway takes sessions as well (Session); empty for none, and for clients that are
   * not on its machine. A client that finds there the same `id` and `incarnation` may use it instead.
   */
  'unixPath': (string);
  /**
   * The TCP port on which the gateway listens; a client that dialled another one has come by some relay (Session).
   */
  'port': (number);
}
