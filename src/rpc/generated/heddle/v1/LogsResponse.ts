// Original file: proto/heddle/v1/kernels.proto

import type { LogLine as _heddle_v1_LogLine, LogLine__Output as _heddle_v1_LogLine__Output } from '../../heddle/v1/LogLine.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A line, or news about lines.
 */
export interface LogsResponse {
  /**
   * A line.
   */
  'line'?: (_heddle_v1_LogLine | null);
  /**
   * So many lines were dropped here, since the reader was too slow.
   */
  'dropped'?: (number | string | Long);
  /**
   * The past has been sent; with `follow`, what comes next is new.
   */
  'synced'?: (boolean);
  /**
   * One of them.
   */
  'event'?: "line"|"dropped"|"synced";
}

/**
 * A line, or news about lines.
 */
export interface LogsResponse__Output {
  /**
   * A line.
   */
  'line'?: (_heddle_v1_LogLine__Output | null);
  /**
   * So many lines were dropped here, since the reader was too slow.
   */
  'dropped'?: (number);
  /**
   * The past has been sent; with `follow`, what comes next is new.
   */
  'synced'?: (boolean);
  /**
   * One of them.
   */
  'event'?: "line"|"dropped"|"synced";
}
