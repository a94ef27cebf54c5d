// Original file: proto/heddle/v1/invocation.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Items that are not wanted any more.
 */
export interface Cancel {
  /**
   * Id of the batch.
   */
  'id'?: (number | string | Long);
  /**
   * Index of the first item.
   */
  'first'?: (number | string | Long);
  /**
   * Number of items; 0 is all from `first` on, and no more will come.
   */
  'count'?: (number | string | Long);
}

/**
 * Items that are not wanted any more.
 */
export interface Cancel__Output {
  /**
   * Id of the batch.
   */
  'id': (number);
  /**
   * Index of the first item.
   */
  'first': (number);
  /**
   * Number of items; 0 is all from `first` on, and no more will come.
   */
  'count': (number);
}
