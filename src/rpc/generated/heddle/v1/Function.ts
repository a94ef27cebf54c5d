// Original file: proto/heddle/v1/kernels.proto


/**
 * An exported function of a kernel.
 */
export interface Function {
  /**
   * Its name, for example `matmul`.
   */
  'name'?: (string);
  /**
   * Full name of its request message.
   */
  'requestType'?: (string);
  /**
   * Full name of its response message.
   */
  'responseType'?: (string);
  /**
   * What its author wrote about it.
   */
  'comment'?: (string);
  /**
   * Path of its gRPC method, for example `/linalg.LinalgService/Matmul`.
   */
  'path'?: (string);
}

/**
 * An exported function of a kernel.
 */
export interface Function__Output {
  /**
   * Its name, for example `matmul`.
   */
  'name': (string);
  /**
   * Full name of its request message.
   */
  'requestType': (string);
  /**
   * Full name of its response message.
   */
  'responseType': (string);
  /**
   * What its author wrote about it.
   */
  'comment': (string);
  /**
   * Path of its gRPC method, for example `/linalg.LinalgService/Matmul`.
   */
  'path': (string);
}
