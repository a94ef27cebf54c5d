// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What the sender will take, in total and at once: it replaces what was said before and may shrink.
 */
export interface Credit {
  /**
   * Estimated work, running and queued, over all workers, in ms.
   */
  'queueMs'?: (number);
  /**
   * Input bytes.
   */
  'queueBytes'?: (number | string | Long);
  /**
   * Attempts.
   */
  'attempts'?: (number);
  /**
   * True when the sender finishes what it has and takes nothing new.
   */
  'draining'?: (boolean);
  /**
   * Items that run long hold all workers: what is short still runs, on threads of its own.
   */
  'held'?: (boolean);
}

/**
 * What the sender will take, in total and at once: it replaces what was said before and may shrink.
 */
export interface Credit__Output {
  /**
   * Estimated work, running and queued, over all workers, in ms.
   */
  'queueMs': (number);
  /**
   * Input bytes.
   */
  'queueBytes': (number);
  /**
   * Attempts.
   */
  'attempts': (number);
  /**
   * True when the sender finishes what it has and takes nothing new.
   */
  'draining': (boolean);
  /**
   * Items that run long hold all workers: what is short still runs, on threads of its own.
   */
  'held': (boolean);
}
