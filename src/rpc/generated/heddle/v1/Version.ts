// Original file: proto/heddle/v1/kernels.proto

import type { ShadowReport as _heddle_v1_ShadowReport, ShadowReport__Output as _heddle_v1_ShadowReport__Output } from '../../heddle/v1/ShadowReport.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A version of a kernel.
 */
export interface Version {
  /**
   * sha-256 of the module, 64 hex digits.
   */
  'digest'?: (string);
  /**
   * Size of the module in bytes.
   */
  'size'?: (number | string | Long);
  /**
   * When it was deployed, in ms since the epoch.
   */
  'deployedAtMs'?: (number | string | Long);
  /**
   * Share of the calls that it answers, 0 to 100.
   */
  'percent'?: (number | string);
  /**
   * Share of the calls that it runs for comparison, 0 to 100.
   */
  'shadowPercent'?: (number | string);
  /**
   * Names of its functions.
   */
  'functions'?: (string)[];
  /**
   * As in Kernel.
   */
  'pure'?: (boolean);
  /**
   * As in Kernel.
   */
  'capabilities'?: (string)[];
  /**
   * As in Kernel.
   */
  'deterministic'?: (boolean);
  /**
   * What built it, for example `heddle 0.1.0 assemblyscript 0.28.20`; may be empty.
   */
  'compiler'?: (string);
  /**
   * What the comparison found so far, of a version that shadows.
   */
  'shadow'?: (_heddle_v1_ShadowReport | null);
}

/**
 * A version of a kernel.
 */
export interface Version__Output {
  /**
   * sha-256 of the module, 64 hex digits.
   */
  'digest': (string);
  /**
   * Size of the module in bytes.
   */
  'size': (number);
  /**
   * When it was deployed, in ms since the epoch.
   */
  'deployedAtMs': (number);
  /**
   * Share of the calls that it answers, 0 to 100.
   */
  'percent': (number);
  /**
   * Share of the calls that it runs for comparison, 0 to 100.
   */
  'shadowPercent': (number);
  /**
   * Names of its functions.
   */
  'functions': (string)[];
  /**
   * As in Kernel.
   */
  'pure': (boolean);
  /**
   * As in Kernel.
   */
  'capabilities': (string)[];
  /**
   * As in Kernel.
   */
  'deterministic': (boolean);
  /**
   * What built it, for example `heddle 0.1.0 assemblyscript 0.28.20`; may be empty.
   */
  'compiler': (string);
  /**
   * What the comparison found so far, of a version that shadows.
   */
  'shadow': (_heddle_v1_ShadowReport__Output | null);
}
