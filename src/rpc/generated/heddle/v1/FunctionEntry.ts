// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Gives a function a number on this stream and its sibling. A number is never given twice; a client lets go of one by
 * an entry that has the number and no kernel, and does not use it in later frames. To a node (Execute) an entry without a
 * kernel names a module that it will need.
 */
export interface FunctionEntry {
  /**
   * The number that batches use; starts at 1.
   */
  'number'?: (number);
  /**
   * Name of the kernel.
   */
  'kernel'?: (string);
  /**
   * Name of the function.
   */
  'function'?: (string);
  /**
   * sha-256 of the uploaded module, 32 bytes. From a client: empty for whatever version the name points to.
   */
  'digest'?: (Buffer | Uint8Array | string);
  /**
   * Time limit of one invocation in ms (Execute).
   */
  'timeLimitMs'?: (number);
  /**
   * Memory maximum of an instance in bytes (Execute).
   */
  'memoryMaxBytes'?: (number | string | Long);
  /**
   * Namespace of the kernel; empty means `default`.
   */
  'namespace'?: (string);
  /**
   * sha-256 of the version whose descriptor a client encodes by, 32 bytes; empty if it does not say. Calls are refused
   * with INCOMPATIBLE when the version that would get them cannot read such messages.
   */
  'schema'?: (Buffer | Uint8Array | string);
  /**
   * Addresses of nodes that have the module (Execute); they are asked before the scheduler.
   */
  'peers'?: (string)[];
}

/**
 * Gives a function a number on this stream and its sibling. A number is never given twice; a client lets go of one by
 * an entry that has the number and no kernel, and does not use it in later frames. To a node (Execute) an entry without a
 * kernel names a module that it will need.
 */
export interface FunctionEntry__Output {
  /**
   * The number that batches use; starts at 1.
   */
  'number': (number);
  /**
   * Name of the kernel.
   */
  'kernel': (string);
  /**
   * Name of the function.
   */
  'function': (string);
  /**
   * sha-256 of the uploaded module, 32 bytes. From a client: empty for whatever version the name points to.
   */
  'digest': (Buffer);
  /**
   * Time limit of one invocation in ms (Execute).
   */
  'timeLimitMs': (number);
  /**
   * Memory maximum of an instance in bytes (Execute).
   */
  'memoryMaxBytes': (number);
  /**
   * Namespace of the kernel; empty means `default`.
   */
  'namespace': (string);
  /**
   * sha-256 of the version whose descriptor a client encodes by, 32 bytes; empty if it does not say. Calls are refused
   * with INCOMPATIBLE when the version that would get them cannot read such messages.
   */
  'schema': (Buffer);
  /**
   * Addresses of nodes that have the module (Execute); they are asked before the scheduler.
   */
  'peers': (string)[];
}
