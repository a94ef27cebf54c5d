// Original file: proto/heddle/v1/kernels.proto

/**
 * How a module is called.
 */
export const ModuleKind = {
  /**
   * Not said.
   */
  MODULE_KIND_UNSPECIFIED: 0,
  /**
   * Takes and gives protobuf messages.
   */
  MODULE_KIND_TYPED: 1,
  /**
   * Takes and gives numbers.
   */
  MODULE_KIND_RAW: 2,
  /**
   * A WASI command: takes stdin, arguments and environment, gives stdout, stderr and an exit code.
   */
  MODULE_KIND_WASI: 3,
} as const;

/**
 * How a module is called.
 */
export type ModuleKind =
  /**
   * Not said.
   */
  | 'MODULE_KIND_UNSPECIFIED'
  | 0
  /**
   * Takes and gives protobuf messages.
   */
  | 'MODULE_KIND_TYPED'
  | 1
  /**
   * Takes and gives numbers.
   */
  | 'MODULE_KIND_RAW'
  | 2
  /**
   * A WASI command: takes stdin, arguments and environment, gives stdout, stderr and an exit code.
   */
  | 'MODULE_KIND_WASI'
  | 3

/**
 * How a module is called.
 */
export type ModuleKind__Output = typeof ModuleKind[keyof typeof ModuleKind]
