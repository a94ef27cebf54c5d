// Original file: proto/heddle/v1/invocation.proto


/**
 * First frame of a client or a scheduler on a stream.
 */
export interface Hello {
  /**
   * Version of the sender, `major.minor.patch`; a peer more than one minor version away refuses.
   */
  'version'?: (string);
  /**
   * Who opens the stream: a client's id (Session) or a scheduler's (Execute). The streams of one sender share it.
   */
  'clientId'?: (string);
  /**
   * True for the stream that carries large payloads in chunks, on a connection of its own.
   */
  'bulk'?: (boolean);
  /**
   * Namespace of the kernels that are called; empty means `default`.
   */
  'namespace'?: (string);
  /**
   * On whose behalf; empty means `default`.
   */
  'principal'?: (string);
  /**
   * Grows with every new stream of the same client, so that a reader knows which of two is the later.
   */
  'epoch'?: (number);
}

/**
 * First frame of a client or a scheduler on a stream.
 */
export interface Hello__Output {
  /**
   * Version of the sender, `major.minor.patch`; a peer more than one minor version away refuses.
   */
  'version': (string);
  /**
   * Who opens the stream: a client's id (Session) or a scheduler's (Execute). The streams of one sender share it.
   */
  'clientId': (string);
  /**
   * True for the stream that carries large payloads in chunks, on a connection of its own.
   */
  'bulk': (boolean);
  /**
   * Namespace of the kernels that are called; empty means `default`.
   */
  'namespace': (string);
  /**
   * On whose behalf; empty means `default`.
   */
  'principal': (string);
  /**
   * Grows with every new stream of the same client, so that a reader knows which of two is the later.
   */
  'epoch': (number);
}
