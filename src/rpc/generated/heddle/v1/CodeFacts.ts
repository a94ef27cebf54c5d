// Original file: proto/heddle/v1/kernels.proto


/**
 * What was found in the code of a module. Whoever is of another version looks itself.
 */
export interface CodeFacts {
  /**
   * Version of Heddle that looked.
   */
  'version'?: (string);
  /**
   * Why a used instance cannot be put back; empty when it can.
   */
  'unrestorable'?: (string)[];
  /**
   * Its results may differ between machines.
   */
  'varies'?: (boolean);
  /**
   * It grows tables.
   */
  'growsTables'?: (boolean);
}

/**
 * What was found in the code of a module. Whoever is of another version looks itself.
 */
export interface CodeFacts__Output {
  /**
   * Version of Heddle that looked.
   */
  'version': (string);
  /**
   * Why a used instance cannot be put back; empty when it can.
   */
  'unrestorable': (string)[];
  /**
   * Its results may differ between machines.
   */
  'varies': (boolean);
  /**
   * It grows tables.
   */
  'growsTables': (boolean);
}
