// Original file: proto/heddle/v1/kernels.proto


/**
 * Which lines to send.
 */
export interface LogsRequest {
  /**
   * Of this kernel only; empty for all.
   */
  'kernel'?: (string);
  /**
   * Of this function only; empty for all.
   */
  'function'?: (string);
  /**
   * Lowest level: 0 debug, 1 info, 2 warn, 3 error.
   */
  'levelMin'?: (number);
  /**
   * How many lines of the past to send first.
   */
  'last'?: (number);
  /**
   * Stay and send lines as they come.
   */
  'follow'?: (boolean);
}

/**
 * Which lines to send.
 */
export interface LogsRequest__Output {
  /**
   * Of this kernel only; empty for all.
   */
  'kernel': (string);
  /**
   * Of this function only; empty for all.
   */
  'function': (string);
  /**
   * Lowest level: 0 debug, 1 info, 2 warn, 3 error.
   */
  'levelMin': (number);
  /**
   * How many lines of the past to send first.
   */
  'last': (number);
  /**
   * Stay and send lines as they come.
   */
  'follow': (boolean);
}
