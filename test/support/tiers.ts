/** Who may import whom below src/: the same rows as .oxlintrc.json, written as what is allowed. */
const below = [
  "base/",
  "wire/",
  "telemetry/",
  "kernel/",
  "rpc/",
  "store/",
  "scheduler/",
  "compiler/",
  "worker/",
  "traces/",
  "executor/",
  "gateway/",
  "sdk/",
];

/** Folder or file of src/ → beginnings of the paths that it may import, beside its own folder's. */
export const tiers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wire: ["base/"],
  telemetry: ["base/"],
  kernel: ["base/", "wire/"],
  rpc: ["base/", "wire/", "telemetry/"],
  store: ["base/", "wire/"],
  scheduler: ["base/"],
  compiler: ["base/", "wire/", "kernel/"],
  worker: ["base/", "wire/", "kernel/"],
  traces: ["base/", "wire/", "telemetry/attributes.ts"],
  executor: [
    "base/",
    "wire/",
    "telemetry/",
    "kernel/",
    "rpc/",
    "worker/",
    "store/module-file.ts",
    "store/module-store.ts",
  ],
  gateway: ["base/", "wire/", "telemetry/", "kernel/", "rpc/", "store/", "scheduler/", "traces/", "worker/"],
  sdk: ["base/", "wire/", "telemetry/", "rpc/", "kernel/wrap.ts"],
  demo: ["base/", "wire/", "kernel/", "compiler/", "sdk/"],
  cli: below,
  ui: ["wire/api.ts"],
  "index.ts": ["base/", "sdk/"],
  "server.ts": below,
  "testing.ts": below,
};

/** Libraries that only some folders of src/ import: beginning of the name → folders. */
export const libraries: Readonly<Record<string, readonly string[]>> = {
  "@bjorn3/": ["kernel"],
  protobufjs: ["rpc"],
  "@grpc/": ["rpc"],
  "@opentelemetry/": ["telemetry"],
  assemblyscript: ["compiler"],
  binaryen: ["compiler"],
  "node:worker_threads": ["worker", "store"],
  "node:sqlite": ["store", "traces"],
};
