/**
 * Every bound of the fabric in one place, with its unit and its reason. Nothing else in the code holds a number that
 * limits a queue, a buffer, a size or a wait. Relations between them are asserted by its test.
 */
import { clientLimits } from "./client-limits.ts";
import { nodeLimits } from "./node-limits.ts";
import { policyLimits } from "./policy-limits.ts";
import { storeLimits } from "./store-limits.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = {
  ...clientLimits,

  // --- payloads and frames (bytes)
  /** One message on a small stream. Larger ones make small ones wait: see docs/architecture.md. */
  frameMaxBytes: 64 * KiB,
  /** Payload bytes that go into one frame; the rest of the frame is room for its header and columns. */
  framePayloadMaxBytes: 48 * KiB,
  /** Items in one frame: what keeps the columns of tiny items inside the frame. */
  frameItemsMax: 1024,
  /**
   * Payload bytes of a map that travel as one frame, and its items. Above the bound of a small frame they go by the bulk
   * connection, where single calls do not wait behind them; what a frame costs beside its bytes is paid less often.
   */
  mapFramePayloadMaxBytes: 128 * KiB,
  mapFrameItemsMax: 2048,
  /** One part of a module on its way. */
  chunkMaxBytes: 64 * KiB,
  /**
   * One message on a bulk stream: a payload of a mebibyte and what is around it, so that it needs not be put together.
   * Larger ones are hardly faster, and while one is copied nothing else is served.
   */
  bulkMessageMaxBytes: 1 * MiB + 64 * KiB,
  /** What a peer may send on a connection, or on one stream, before it hears that it was read. */
  receiveWindowBytes: 4 * MiB,
  /** One request or response payload, whatever way it travels. */
  payloadMaxBytes: 64 * MiB,
  /** One message of a unary RPC: the gRPC default. */
  unaryMessageMaxBytes: 4 * MiB,
  /** Fields and list elements of one decoded payload: 64 MiB of empty messages must not become gigabytes of objects. */
  payloadValuesMax: 16 * 1024 * 1024,
  /** Of it, what the response of a WASI command needs beside its output. */
  commandOutputOverheadBytes: 64,
  /** A kernel's payload may take this share of its memory maximum: it is copied in and decoded beside itself. */
  payloadMemoryShare: 1 / 4,

  // --- kernels
  /** Lines about a source that does not build; of more, their number is told. */
  buildProblemsMax: 100,
  /** An uploaded module. */
  moduleMaxBytes: 32 * MiB,
  /** Memory maximum given to a module that declares none. */
  memoryDefaultMaxBytes: 64 * MiB,
  /** Highest memory maximum a module may declare. */
  memoryCapBytes: 1024 * MiB,
  /** Memory of instances that were dropped, after which a thread collects its garbage: some milliseconds each time. */
  lostMemoryMaxBytes: 128 * MiB,
  /** An instance with an image up to this size is reset by copying; a larger one is made anew. */
  resetImageMaxBytes: 16 * MiB,
  /** One invocation of a function, when the manifest names no other limit. */
  timeLimitMs: 10_000,
  /** Highest time limit a manifest may name. */
  timeLimitCapMs: 900_000,
  /** Start function of a module, at admission and on nodes. */
  startTimeLimitMs: 1_000,
  /** The whole admission of a module. */
  admissionTimeLimitMs: 10_000,
  /** The manifest in a module. */
  manifestMaxBytes: 64 * KiB,
  /** The source map in a module; a larger one is not read. */
  sourceMapMaxBytes: 512 * KiB,
  /** A path or the name of a function in a source map. */
  sourceNameMaxChars: 512,
  /** Frames that V8 keeps of a kernel's stack when it traps. */
  stackFramesMax: 64,
  /** JavaScript heap of the thread that admits a module. */
  admissionHeapMaxBytes: 256 * MiB,
  /** Functions of one kernel. */
  functionsMax: 256,
  /** One function's code: the optimizing compiler cannot be interrupted, and takes its time for large ones. */
  functionBodyMaxBytes: 256 * KiB,
  /** Functions a module defines, exported or not; V8 may keep some 100 bytes of heap for each in every instance. */
  moduleFunctionsMax: 65_536,
  /** Exports of a module, for the same reason. */
  moduleExportsMax: 4_096,
  /** Entries of all tables of a module together, for the same reason. */
  tableEntriesMax: 65_536,
  /** Element segments of a module, for the same reason; an entry takes a byte at least. */
  elementSectionMaxBytes: 256 * KiB,
  /** Mutable globals that are put back one by one; with more an instance is made anew. */
  resetGlobalsMax: 1_024,
  /** FileDescriptorSet in a module. */
  descriptorMaxBytes: 1 * MiB,
  /** A name in a descriptor, also the full name of a type: names are repeated in tables and error messages. */
  descriptorNameMaxChars: 512,
  /** Nesting of messages in payloads and of types in descriptors (protobuf's own default). */
  nestingMax: 100,
  /** Text of a `fail`, a `log` or any error message that leaves a process; the rest is cut. */
  messageMaxBytes: 4 * KiB,

  /** Versions of a kernel that are kept beside those that get calls. */
  versionsKeptMax: 10,
  /** How long a version that no route names is kept after that: a redeploy or a late retry finds it as it was. */
  versionGraceMs: 600_000,
  /** Versions that no route names; beyond it the oldest on which nothing runs go before their grace is over. */
  unusedVersionsMax: 64,
  /** How often unused versions are looked for. */
  versionSweepMs: 30_000,
  /** How often a change of a route is tried when somebody else changes it at the same time. */
  routeTriesMax: 5,
  /** Uploads of modules under way, being sent or waiting for their admission; beyond it QUEUE_FULL. */
  deploysMax: 16,
  /** How long nothing may come of an upload: it holds one of those places. */
  uploadSilentMs: 30_000,
  /** Calls that wait to run on a shadow; what finds no room is skipped. */
  shadowCallsMax: 4_096,
  /** Bytes of their inputs and answers. */
  shadowQueueMaxBytes: 16 * MiB,
  /** Calls that run on a shadow at a time: they must not fill a node that real work comes to. */
  shadowBatchMax: 32,
  /** How long calls on a shadow may take, waiting included: many times as long as on the version that serves. */
  shadowPatienceFactor: 10,
  /** The least and the most of that. */
  shadowPatienceMs: 250,
  shadowDeadlineMs: 60_000,
  /** A shadow that took longer rests for so many times as long, so that it holds a worker a small part of the time. */
  shadowRestFactor: 20,
  /** Differences of a shadow that are kept to be shown. */
  shadowDifferencesMax: 10,
  /** Modules admitted at the same time: each takes a thread and up to its heap. */
  admissionsMax: 2,
  /** Nodes fetch modules of this size while they are admitted; smaller ones take no time. */
  moduleAheadMinBytes: 128 * KiB,
  /** So many nodes do, as they would with any module: the others fetch it from them. */
  moduleAheadNodesMax: 2,
  /** Modules that nodes get while they are being uploaded. */
  arrivingModulesMax: 4,
  /** How long the thread of the next admission waits for it. */
  admissionSpareMs: 600_000,
  /** By what that thread warms up: functions, turns of some 40 bytes in each, how often at most, and its ticks after. */
  admissionWarmFunctions: 1024,
  admissionWarmTurns: 1,
  admissionWarmRounds: 4,
  admissionWarmTicks: 8,
  admissionWarmTickMs: 25,
  /** How long after an admission the thread of the next one is started. */
  admissionSpareDelayMs: 100,

  // --- scheduler
  /** Estimated work in one batch: long enough to hide the hops, short enough to spread and to re-run. */
  batchTargetMs: 4,
  /** The same while batches of less than `batchMinMs` come in between: they wait for what runs. */
  hastyTargetMs: 1,
  /** How long such batches are taken to go on coming after the last of them. */
  hasteMs: 100,
  /** Estimated work a node may hold per worker, running and queued. */
  nodeQueueMs: 12,
  /** What gets to a node in a millisecond of large payloads: those on their way come on top of the above. */
  wayBytesPerMs: 256 * KiB,
  /** Items of the first batch of a function nobody has timed yet. */
  probeItems: 8,
  /** Estimated work below which a range is not cut up any further: what its own way to a node and back costs. */
  batchMinMs: 0.5,
  /** Times nodes may refuse an item unstarted and without any other progress, which are no tries, before it fails. */
  refusalsMax: 100,
  /** Blocked batches, and blocked ranges of one batch, that are passed over in one step. */
  passedMax: 64,
  /** Up to this many candidates placement looks at all of them, beyond it at two drawn by lot. */
  placementScanMax: 8,
  /** Functions whose run time is remembered. */
  estimatesMax: 10_000,
  /** Idle clients whose place in the queue is kept for their next batch. */
  idleLanesMax: 64,
  /** Advice to a client whose submission finds the queue full. */
  queueFullRetryMs: 100,
  /** How long an invocation waits for any node at all. */
  nodeWaitMs: 10_000,
  /** Items queued or running over all clients; beyond it QUEUE_FULL. */
  queueItemsMax: 4_000_000,
  /** Payload bytes queued or running over all clients. */
  queueMaxBytes: 1024 * MiB,
  /** Unsettled input bytes one client may have at the gateway; its maps share them. */
  sessionWindowBytes: 32 * MiB,
  /** Unsettled items one client may have at the gateway. */
  sessionWindowItems: 131_072,
  /** Result bytes that may wait for one client before its maps are paused. */
  sessionOutboxBytes: 16 * MiB,
  /** Batches and maps one client may have under way on a session. */
  sessionBatchesMax: 65_536,
  /** Small frames that may wait for a client that is being refused and does not read; then its session ends. */
  sessionRefusalsMaxBytes: 64 * MiB,
  /** How long a stream may be open before its first message. */
  helloWaitMs: 10_000,
  /** Functions one client may have numbered on a session. */
  sessionFunctionsMax: 65_536,
  /** Functions a client has let go of that are remembered for large batches still on their way. */
  releasedFunctionsMax: 1_024,
  /** An affinity or idempotency key, in characters: it travels with every frame. */
  keyMaxChars: 256,
  /** Longest deadline; a longer one is clamped. Maps have none unless they ask. */
  deadlineMaxMs: 900_000,

  /** Single calls travel together when their deadlines differ by this from the first one's; a node knows the latest only. */
  gatherSpreadMs: 50,

  // --- SDK
  /** Functions of versions that were asked for by digest whose descriptors the SDK remembers. */
  pinnedFunctionsMax: 1_024,
  /** Items of a map under way, from taken off the inputs to handed out. */
  mapConcurrency: 131_072,
  /** Bytes of inputs and of results a map holds. */
  mapWindowBytes: 16 * MiB,
  /** Inputs a map takes in one turn of the event loop. */
  mapInputsPerTurn: 4_096,
  /** How often a map tells its progress. */
  progressMs: 100,

  // --- membership
  heartbeatMs: 1_000,
  /** A node silent for this long is lost. */
  leaseMs: 3_000,
  /** HTTP/2 keepalive inside the fabric. */
  keepaliveMs: 1_000,
  keepaliveTimeoutMs: 1_000,
  /** The same of a node that waits for its scheduler: to give it up ends what runs for it, and there is no other. */
  schedulerSilentMs: 10_000,
  /** What is left to the library, whose keepalive takes a late look at an answer for none: peers that never answer. */
  keepaliveLastMs: 20_000,
  /** HTTP/2 keepalive of clients. */
  clientKeepaliveMs: 10_000,
  clientKeepaliveTimeoutMs: 5_000,
  nodesMax: 10_000,
  /** Messages that may wait for one who watches before the watch is ended. */
  watchBacklogMax: 10_000,

  /** Lines the gateway keeps of one kernel. */
  logKernelLinesMax: 10_000,
  /** What they may take in its memory, and the lines of all kernels. */
  logKernelMaxBytes: 8 * MiB,
  logBookMaxBytes: 32 * MiB,
  /** Lines that wait for one who follows them; those beyond are dropped and counted. */
  logReaderLinesMax: 4_096,
  /** How many may read lines at once. */
  logReadersMax: 256,

  ...nodeLimits,
  ...policyLimits,

  ...storeLimits,

  // --- heddle dev
  /** How long no file must have changed before a build: editors write in several steps. */
  saveSettleMs: 20,
  /** How long a file that is empty may be on its way to another text. */
  saveEmptyMs: 250,
  /** How often a folder of sources that is gone is looked for. */
  folderRetryMs: 250,
  /** How often a fabric that is gone is looked for. */
  fabricRetryMs: 500,
  /** Calls shown one by one in a second; further ones are counted. */
  shownCallsMax: 20,

  // --- lifecycle
  /** First wait before a crashed node is started again; doubles with each crash in a row. */
  restartBaseMs: 100,
  restartMaxMs: 10_000,
  /** A node that ran this long has not crashed in a row. */
  crashForgetMs: 30_000,
  /** How long `heddle up` waits for its nodes to join. */
  joinWaitMs: 20_000,
  /** How long a stopping process lets running work finish. */
  stopGraceMs: 5_000,
  /** First wait of a client, a node or a supervised child before it tries again; doubles. */
  reconnectBaseMs: 50,
  reconnectMaxMs: 2_000,
  /** How long the SDK tries to come back to a lost gateway. */
  reconnectWindowMs: 30_000,
  /** First connection of a client. */
  connectTimeoutMs: 5_000,
  /** How long a deploy waits for nodes to have the module. */
  deployWaitMs: 10_000,

  // --- telemetry
  /** Ended spans that wait for the exporter; beyond it they are dropped. */
  telemetryQueueSpans: 32_768,
  /** Spans of a request to the exporter's receiver. */
  telemetryBatchSpans: 2_048,
  /** Events of a span, which are lines that a kernel logged; as many as OpenTelemetry's default. */
  spanEventsMax: 128,
  /** How long a stopping process waits for the exporter. */
  telemetryFlushMs: 2_000,
} as const;
