/** The bounds of the store, which are a part of `limits`: nobody imports them from here. */
const KiB = 1024;
const MiB = 1024 * KiB;

export const storeLimits = {
  /** A key of the store, in characters. */
  storeKeyMaxChars: 200,
  /** A value of the store: what a NATS server takes in one message by default. */
  storeValueMaxBytes: 1 * MiB,
  /** What a call of the store counts beside its value, against the next two bounds. */
  storeCallBytes: 1 * KiB,
  /** Calls that are committed together. */
  storeBatchMaxBytes: 4 * MiB,
  /** Calls that wait for the database; beyond it QUEUE_FULL. */
  storeQueueMaxBytes: 64 * MiB,
  /** Changed keys that may wait for the reader of a watch before the watch is ended. */
  storeWatchKeysMax: 65_536,
  /** A half-written file of this age was left by a process that died. */
  temporaryFileMaxAgeMs: 3_600_000,
  /** A process that finds the data folder locked looks this often, this far apart, for the holder to say who it is. */
  dataLockTries: 5,
  dataLockRetryMs: 20,
} as const;
