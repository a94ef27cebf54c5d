/**
 * The bits of AssemblyScript's `CommonFlags` that matter here. The compiler declares them as a `const enum`, which code
 * that is run without being compiled cannot read; a test compares them with what the compiler exports.
 */
export const flags = {
  export: 1 << 1,
  static: 1 << 5,
  readonly: 1 << 6,
  abstract: 1 << 7,
  private: 1 << 9,
  protected: 1 << 10,
  definitelyAssigned: 1 << 14,
  ambient: 1 << 15,
  constructor: 1 << 19,
} as const;
