// Original file: proto/heddle/v1/kernels.proto

import type { Function as _heddle_v1_Function, Function__Output as _heddle_v1_Function__Output } from '../../heddle/v1/Function.ts';
import type { ModuleKind as _heddle_v1_ModuleKind, ModuleKind__Output as _heddle_v1_ModuleKind__Output } from '../../heddle/v1/ModuleKind.ts';
import type { Version as _heddle_v1_Version, Version__Output as _heddle_v1_Version__Output } from '../../heddle/v1/Version.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A kernel: a name that points to a module.
 */
export interface Kernel {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * sha-256 of the module, 64 hex digits.
   */
  'digest'?: (string);
  /**
   * Size of the module in bytes.
   */
  'size'?: (number | string | Long);
  /**
   * When this digest was deployed, in ms since the epoch.
   */
  'deployedAtMs'?: (number | string | Long);
  /**
   * Its functions.
   */
  'functions'?: (_heddle_v1_Function)[];
  /**
   * True when it imports nothing with effects, so that it may be run again at any time.
   */
  'pure'?: (boolean);
  /**
   * Host imports with effects that it uses.
   */
  'capabilities'?: (string)[];
  /**
   * Time limit of one invocation in ms.
   */
  'timeLimitMs'?: (number);
  /**
   * Memory maximum of an instance in bytes.
   */
  'memoryMaxBytes'?: (number | string | Long);
  /**
   * True when pure and free of clocks, chance and relaxed SIMD.
   */
  'deterministic'?: (boolean);
  /**
   * How the module is called.
   */
  'kind'?: (_heddle_v1_ModuleKind);
  /**
   * Full name of its gRPC service, for example `linalg.LinalgService`.
   */
  'service'?: (string);
  /**
   * All versions the fabric still has, the latest first; the fields above are those of the version that serves.
   */
  'versions'?: (_heddle_v1_Version)[];
}

/**
 * A kernel: a name that points to a module.
 */
export interface Kernel__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * sha-256 of the module, 64 hex digits.
   */
  'digest': (string);
  /**
   * Size of the module in bytes.
   */
  'size': (number);
  /**
   * When this digest was deployed, in ms since the epoch.
   */
  'deployedAtMs': (number);
  /**
   * Its functions.
   */
  'functions': (_heddle_v1_Function__Output)[];
  /**
   * True when it imports nothing with effects, so that it may be run again at any time.
   */
  'pure': (boolean);
  /**
   * Host imports with effects that it uses.
   */
  'capabilities': (string)[];
  /**
   * Time limit of one invocation in ms.
   */
  'timeLimitMs': (number);
  /**
   * Memory maximum of an instance in bytes.
   */
  'memoryMaxBytes': (number);
  /**
   * True when pure and free of clocks, chance and relaxed SIMD.
   */
  'deterministic': (boolean);
  /**
   * How the module is called.
   */
  'kind': (_heddle_v1_ModuleKind__Output);
  /**
   * Full name of its gRPC service, for example `linalg.LinalgService`.
   */
  'service': (string);
  /**
   * All versions the fabric still has, the latest first; the fields above are those of the version that serves.
   */
  'versions': (_heddle_v1_Version__Output)[];
}
