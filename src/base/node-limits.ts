/** The bounds of a node, which are a part of `limits`: nobody imports them from here. */
const KiB = 1024;
const MiB = 1024 * KiB;

export const nodeLimits = {
  /** Bytes of a batch's input or output in a worker's shared memory before it grows for a large item. */
  workerBufferBytes: 1 * MiB,
  /** Batches waiting on a node, all workers together. */
  nodeBatchesMax: 256,
  /** A batch that runs no longer than this goes before longer ones on its node. */
  shortBatchMs: 0.5,
  /**
   * An item that runs longer is a long one: nothing waits behind it on its worker, and while each worker has such an
   * item short ones go to threads of the lane.
   */
  lateItemMs: 12,
  /** Threads of the lane: the spares, and one more for each of them that is itself held by a long item, up to this. */
  laneThreadsMax: 2,
  /** How many short batches may go before a longer one that came earlier. */
  overtakesMax: 64,
  /** Attempts a node announces to hold per worker. */
  attemptsPerWorker: 16,
  /** Bytes a node takes before it answers NODE_OVERLOADED. */
  nodeQueueMaxBytes: 256 * MiB,
  /** How long a node's own thread looks for the end of a lone short batch: some times what being woken costs. */
  hostSpinMs: 0.06,
  /** Items of a batch for whose end it looks. */
  hostSpinItemsMax: 4,
  /** How long a worker without work looks for its next batch before it sleeps: what the rest of a lone call takes. */
  workerSpinMs: 0.3,
  /** A thread that looks and misses so much time was set aside: others need the processor. */
  spinGapMs: 0.05,
  /** Times at which nobody looks, after it was in vain, before it is tried again. */
  spinRestMax: 64,
  /** Items in a row that share a reading of the clock when they last no longer than this. */
  sharedClockItems: 8,
  sharedClockMs: 0.002,
  /**
   * How much a worker's thread stands back for the others of its machine, from 0 to 19: the event loops that carry
   * everybody's calls need a processor for a moment, kernels for as long as they can have it.
   */
  workerNiceness: 4,
  /** How often the watchdog looks at running workers. */
  watchdogMs: 10,
  /** A look that comes so much too late tells that the process stood still; and how many such times are remembered. */
  standstillMs: 100,
  standstillsMax: 64,
  /** How long a cancelled item may still run before its worker is ended. */
  cancelGraceMs: 100,
  /** How long past its deadline an item may run before its worker is ended: ending one costs more than that. */
  deadlineGraceMs: 10,
  /** Kernels a worker keeps instances of. */
  workerKernelsMax: 64,
  /** A larger module is only run in the form that clears all of its memory. */
  watchedModuleMaxBytes: 256 * KiB,
  /** How long after its load a module gets the form in which writes are watched: first results come first. */
  watchDelayMs: 50,
  /** A call that takes less for each 64 KiB of its memory is better off where writes are watched, in µs. */
  watchedCallMaxUs: 5,
  /** Calls that have to agree on which of the two forms is better before an instance changes to it. */
  watchedSamples: 8,
  /** JavaScript heap of a worker; kernels live outside of it but for garbage-collected ones. */
  workerHeapMaxBytes: 256 * MiB,
  /** Stack of a worker, which kernels share. */
  workerStackMaxBytes: 4 * MiB,
  /** Lines of log that a kernel loaded for tests keeps. */
  loadedLogLinesMax: 10_000,
  /** Lines that one call may log, the rest is counted; and one line, a kernel's text or the stack of a trap. */
  logCallLinesMax: 1_024,
  logLineMaxBytes: 8 * KiB,
  /** Lines that a worker has written and its host has not read; a power of two. */
  logRingBytes: 256 * KiB,
  /** What a node sends of lines to schedulers, in bytes a second, and what it may send at once. */
  logBytesPerSecond: 1 * MiB,
  logBurstBytes: 4 * MiB,
  /** Frames that wait for a scheduler before its lines are dropped: results come first. */
  logBacklogMaxBytes: 256 * KiB,
  /** Warm threads beyond the workers. */
  spareWorkers: 1,
  /** How long after the workers the spare starts: it would take time from the first call, which needs it least. */
  spareDelayMs: 500,
  /** Compiled modules kept per node. */
  moduleCacheEntries: 256,
  /** What the modules that are kept compiled had in bytes as they were uploaded. */
  moduleCompiledMaxBytes: 512 * MiB,
  /** A module that was not called for so long is not kept compiled. */
  moduleIdleMs: 3_600_000,
  /** Module bytes kept on a node's disk. */
  moduleCacheMaxBytes: 1024 * MiB,
  /** Nodes that are named to one that lacks a module. */
  modulePeersMax: 3,
  /** How long a peer may be silent before the next one is asked for a module: it costs no more than that. */
  modulePeerSilentMs: 1_000,
  /** How long all peers together may take to begin with a module, and the scheduler be silent in one. */
  modulePeersMs: 5_000,
  /** Modules that a process sends at once, each held in memory. */
  moduleSendsMax: 32,
  /** Functions that have a number on the link between a scheduler and a node; the oldest number goes first. */
  linkFunctionsMax: 4_096,
} as const;
