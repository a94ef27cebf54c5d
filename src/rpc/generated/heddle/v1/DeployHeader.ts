// Original file: proto/heddle/v1/kernels.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What is announced of a module before its bytes come.
 */
export interface DeployHeader {
  /**
   * Size of the module in bytes.
   */
  'size'?: (number | string | Long);
  /**
   * sha-256 of the module, 64 hex digits; empty to skip the check.
   */
  'digest'?: (string);
  /**
   * Name to deploy under; empty for the one in the module's manifest.
   */
  'name'?: (string);
}

/**
 * What is announced of a module before its bytes come.
 */
export interface DeployHeader__Output {
  /**
   * Size of the module in bytes.
   */
  'size': (number);
  /**
   * sha-256 of the module, 64 hex digits; empty to skip the check.
   */
  'digest': (string);
  /**
   * Name to deploy under; empty for the one in the module's manifest.
   */
  'name': (string);
}
