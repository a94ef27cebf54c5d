// Original file: proto/heddle/v1/kernels.proto

import type { ShadowDifference as _heddle_v1_ShadowDifference, ShadowDifference__Output as _heddle_v1_ShadowDifference__Output } from '../../heddle/v1/ShadowDifference.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * How a shadowing version compares with the one that answers.
 */
export interface ShadowReport {
  /**
   * Calls that ran on both.
   */
  'calls'?: (number | string | Long);
  /**
   * Equal outcomes.
   */
  'equal'?: (number | string | Long);
  /**
   * Both gave a result, with other bytes.
   */
  'different'?: (number | string | Long);
  /**
   * The one that answers succeeded, the shadow failed.
   */
  'failed'?: (number | string | Long);
  /**
   * Time the calls ran on the version that answers, in ms, summed up.
   */
  'runMs'?: (number | string);
  /**
   * Time they ran on the shadow, in ms, summed up.
   */
  'shadowRunMs'?: (number | string);
  /**
   * The first differences, a few.
   */
  'differences'?: (_heddle_v1_ShadowDifference)[];
  /**
   * Calls of the sample that could not be compared, for lack of room or because the shadow's attempt was lost.
   */
  'skipped'?: (number | string | Long);
}

/**
 * How a shadowing version compares with the one that answers.
 */
export interface ShadowReport__Output {
  /**
   * Calls that ran on both.
   */
  'calls': (number);
  /**
   * Equal outcomes.
   */
  'equal': (number);
  /**
   * Both gave a result, with other bytes.
   */
  'different': (number);
  /**
   * The one that answers succeeded, the shadow failed.
   */
  'failed': (number);
  /**
   * Time the calls ran on the version that answers, in ms, summed up.
   */
  'runMs': (number);
  /**
   * Time they ran on the shadow, in ms, summed up.
   */
  'shadowRunMs': (number);
  /**
   * The first differences, a few.
   */
  'differences': (_heddle_v1_ShadowDifference__Output)[];
  /**
   * Calls of the sample that could not be compared, for lack of room or because the shadow's attempt was lost.
   */
  'skipped': (number);
}
