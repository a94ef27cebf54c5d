/** Small sources that the lint rules must refuse, and good ones beside them that they must not. */
export interface Snippet {
  /** Where it stands below the folder that is linted. */
  readonly path: string;
  /** The source. */
  readonly text: string;
  /** The rule that must speak; undefined for a good source. */
  readonly rule: string | undefined;
}

const imports = "eslint(no-restricted-imports)";
const globals = "eslint(no-restricted-globals)";
const properties = "eslint(no-restricted-properties)";

let count = 0;

function snippet(folder: string, rule: string | undefined, text: string): Snippet {
  count += 1;
  return { path: `${folder}/snippet-${count}.ts`, text: `${text}\n`, rule };
}

function importing(folder: string, name: string): Snippet {
  return snippet(folder, imports, `import { thing } from "${name}";\nexport const kept = thing;`);
}

function allowed(folder: string, name: string): Snippet {
  return { ...importing(folder, name), rule: undefined };
}

function valued(folder: string, expression: string, rule: string | undefined): Snippet {
  return snippet(folder, rule, `export const value = (): unknown => ${expression};`);
}

const tierSnippets = [
  importing("src/base", "../wire/varint.ts"),
  importing("src/wire", "../kernel/module.ts"),
  allowed("src/wire", "../base/error.ts"),
  importing("src/telemetry", "../rpc/channel.ts"),
  importing("src/kernel", "../worker/pool.ts"),
  importing("src/rpc", "../store/store.ts"),
  importing("src/store", "../rpc/channel.ts"),
  importing("src/compiler", "../worker/pool.ts"),
  importing("src/worker", "../executor/node.ts"),
  importing("src/traces", "../telemetry/setup.ts"),
  allowed("src/traces", "../telemetry/attributes.ts"),
  importing("src/executor", "../gateway/engine.ts"),
  importing("src/executor", "../store/sqlite-store.ts"),
  allowed("src/executor", "../store/module-file.ts"),
  allowed("src/executor", "../store/module-store.ts"),
  importing("src/gateway", "../sdk/connect.ts"),
  importing("src/gateway", "../executor/node.ts"),
  allowed("src/gateway", "../scheduler/step.ts"),
  importing("src/sdk", "../gateway/engine.ts"),
  importing("src/sdk", "../scheduler/event.ts"),
  importing("src/demo", "../gateway/engine.ts"),
  allowed("src/demo", "../sdk/connect.ts"),
  importing("src/cli", "../demo/table.ts"),
  allowed("src/cli", "../gateway/engine.ts"),
  importing("src/ui", "../base/error.ts"),
  allowed("src/ui", "../wire/api.ts"),
  { ...importing("src", "./gateway/engine.ts"), path: "src/index.ts" },
  { ...importing("src", "./cli/main.ts"), path: "src/server.ts" },
  { ...allowed("src", "./executor/node.ts"), path: "src/testing.ts" },
  // A type is an import too, and so are a nested folder's, a re-export and a dynamic one.
  snippet("src/wire", imports, 'export type { Pool } from "../worker/pool.ts";'),
  snippet("src/sdk", imports, 'export const load = () => import("../gateway/engine.ts");'),
  importing("src/scheduler/placement", "../../wire/frame.ts"),
  allowed("src/scheduler/placement", "../../base/range.ts"),
  allowed("src/scheduler/placement", "../state.ts"),
];

const librarySnippets = [
  importing("src/gateway", "@grpc/grpc-js"),
  allowed("src/rpc", "@grpc/grpc-js"),
  importing("src/sdk", "@opentelemetry/api"),
  allowed("src/telemetry", "@opentelemetry/sdk-node"),
  importing("src/worker", "assemblyscript/asc"),
  allowed("src/compiler", "assemblyscript/asc"),
  importing("src/executor", "node:worker_threads"),
  allowed("src/store", "node:worker_threads"),
  allowed("src/worker", "node:worker_threads"),
  importing("src/gateway", "node:sqlite"),
  allowed("src/traces", "node:sqlite"),
  importing("src/cli", "vitest"),
  importing("src/rpc", "node:process"),
];

const schedulerSnippets = [
  importing("src/scheduler", "node:crypto"),
  importing("src/scheduler", "fast-check"),
  snippet(
    "src/scheduler",
    imports,
    'import { systemClock } from "../base/clock.ts";\nexport const c = systemClock;',
  ),
  snippet(
    "src/scheduler",
    imports,
    'import { systemRandom } from "../base/random.ts";\nexport const r = systemRandom;',
  ),
  snippet(
    "src/scheduler",
    undefined,
    'import { type Random } from "../base/random.ts";\nexport type R = Random;',
  ),
  valued("src/scheduler", "Date.now()", globals),
  valued("src/scheduler", "new Date()", globals),
  valued("src/scheduler", "globalThis.Date", globals),
  valued("src/scheduler", "performance.now()", globals),
  valued("src/scheduler", "setTimeout(() => 1, 1)", globals),
  valued("src/scheduler", "setInterval(() => 1, 1)", globals),
  valued("src/scheduler", "setImmediate(() => 1)", globals),
  valued("src/scheduler", "queueMicrotask(() => 1)", globals),
  valued("src/scheduler", "crypto.randomUUID()", globals),
  valued("src/scheduler", "process.hrtime()", globals),
  valued("src/scheduler", "Math.random()", properties),
  valued("src/scheduler", "Math.max(1, 2)", undefined),
  valued("src/gateway", "Math.random() + Date.now()", undefined),
];

const styleSnippets = [
  valued("src/gateway", "process.env.HOME", properties),
  valued("src/gateway", "process.argv", properties),
  valued("src/telemetry", "process.env", properties),
  valued("src/cli", "[process.env, process.argv]", undefined),
  valued("src/demo", "process.argv", undefined),
  { ...valued("src/telemetry", "process.env", undefined), path: "src/telemetry/setup.ts" },
  snippet("src/base", "typescript(no-explicit-any)", "export let loose: any;"),
  snippet(
    "src/base",
    "typescript(no-non-null-assertion)",
    "export const first = (list: number[]): number => list[0]!;",
  ),
  snippet(
    "src/wire",
    "typescript(consistent-type-imports)",
    'import { Clock } from "../base/clock.ts";\nexport const now = (clock: Clock): number => clock.now();',
  ),
  snippet("src/base", "import(no-default-export)", "export default 1;"),
  snippet("test/base", "import(no-default-export)", "export default 1;"),
  { path: "extra.config.ts", text: "export default {};\n", rule: undefined },
  {
    path: "src/base/camelCase.ts",
    text: "export const a = 1;\n",
    rule: "unicorn(filename-case)",
  },
  snippet("src/base", "eslint(no-console)", "console.log(1);"),
];

const cycleSnippets: Snippet[] = [
  {
    path: "src/wire/left.ts",
    text: 'import { right } from "./right.ts";\nexport const left = (): unknown => right;\n',
    rule: "import(no-cycle)",
  },
  {
    path: "src/wire/right.ts",
    text: 'import { left } from "./left.ts";\nexport const right = (): unknown => left;\n',
    rule: "import(no-cycle)",
  },
  {
    path: "src/wire/one.ts",
    text: 'import type { Two } from "./two.ts";\nexport type One = Two;\n',
    rule: undefined,
  },
  {
    path: "src/wire/two.ts",
    text: 'import type { One } from "./one.ts";\nexport type Two = One | 1;\n',
    rule: undefined,
  },
];

/** All of them. */
export const snippets: readonly Snippet[] = [
  ...tierSnippets,
  ...librarySnippets,
  ...schedulerSnippets,
  ...styleSnippets,
  ...cycleSnippets,
];
