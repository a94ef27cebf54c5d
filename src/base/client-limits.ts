/** Bounds of what clients hold of the gateway, by sessions, by gRPC and by HTTP: a part of `limits.ts`, which is where they are used from. */
const MiB = 1024 * 1024;

export const clientLimits = {
  /** What one client may have queued or running: several times the window of a session, since only maps heed that. */
  clientQueueItemsMax: 1_048_576,
  clientQueueMaxBytes: 256 * MiB,
  /** Frames of all clients that have not come whole; a client that exceeds it loses its session. */
  arrivingMaxBytes: 1024 * MiB,
  /** How long a client looks whether it can use a gateway's Unix socket before it stays with TCP: not all of its time. */
  localDialMs: 4_000,
  /** Of unary calls on one connection: requests that have not come whole, and responses that have not been read. */
  unaryHeldMaxBytes: 256 * MiB,
  /** How long after its deadline the stream of a call may be open. */
  unaryCloseMs: 5_000,
  /** Body of an HTTP request: reading JSON keeps the gateway from everything else meanwhile. */
  httpBodyMaxBytes: 4 * MiB,
  /** Bodies of HTTP requests that are being read, over all clients. */
  httpBodiesMaxBytes: 256 * MiB,
  /** How long an HTTP client may take to send its headers, and its whole request. */
  httpHeadersMs: 10_000,
  httpRequestMs: 30_000,
  /** How often connections are held against the two above. */
  httpCheckMs: 2_000,
  /** Idle HTTP connections: longer than clients keep theirs. What is sent while the other end closes is lost. */
  httpIdleMs: 75_000,
  /** A line of `heddle map`: the largest payload, with an escape of JSON for each of its bytes. */
  inputLineMaxBytes: 384 * MiB,
  /** HTTP connections at a time. */
  httpConnectionsMax: 4_096,
} as const;
