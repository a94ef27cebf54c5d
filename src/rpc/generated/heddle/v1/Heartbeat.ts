// Original file: proto/heddle/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Proof of life with load.
 */
export interface Heartbeat {
  /**
   * Attempts it holds.
   */
  'attempts'?: (number);
  /**
   * Invocations executed since its boot.
   */
  'executed'?: (number | string | Long);
  /**
   * Resident memory in bytes.
   */
  'memoryBytes'?: (number | string | Long);
  /**
   * Workers that run something now.
   */
  'busyWorkers'?: (number);
  /**
   * Workers that had to be replaced since its boot.
   */
  'workerRestarts'?: (number);
  /**
   * Attempts dropped since its boot since the stream of their scheduler broke; what of them had run is run again.
   */
  'attemptsDropped'?: (number | string | Long);
}

/**
 * Proof of life with load.
 */
export interface Heartbeat__Output {
  /**
   * Attempts it holds.
   */
  'attempts': (number);
  /**
   * Invocations executed since its boot.
   */
  'executed': (number);
  /**
   * Resident memory in bytes.
   */
  'memoryBytes': (number);
  /**
   * Workers that run something now.
   */
  'busyWorkers': (number);
  /**
   * Workers that had to be replaced since its boot.
   */
  'workerRestarts': (number);
  /**
   * Attempts dropped since its boot since the stream of their scheduler broke; what of them had run is run again.
   */
  'attemptsDropped': (number);
}
