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
  /**
   * Takes a module whose messages are not wire-compatible with those of the version before.
   */
  'breaking'?: (boolean);
  /**
   * Above 0 and below 100: only this share of the calls goes to the new version, the rest to the one before.
   */
  'canaryPercent'?: (number | string);
  /**
   * Above 0: calls are answered by the version before; this share of them runs on the new one as well, and the outcomes
   * are compared. For deterministic functions only.
   */
  'shadowPercent'?: (number | string);
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
  /**
   * Takes a module whose messages are not wire-compatible with those of the version before.
   */
  'breaking': (boolean);
  /**
   * Above 0 and below 100: only this share of the calls goes to the new version, the rest to the one before.
   */
  'canaryPercent': (number);
  /**
   * Above 0: calls are answered by the version before; this share of them runs on the new one as well, and the outcomes
   * are compared. For deterministic functions only.
   */
  'shadowPercent': (number);
}
