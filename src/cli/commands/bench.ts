import { readFile } from "node:fs/promises";
import { limits } from "../../base/limits.ts";
import { systemClock } from "../../base/clock.ts";
import type { Fabric } from "../../sdk/fabric.ts";
import { messageFromJson } from "../../wire/json.ts";
import type { MessageType } from "../../wire/schema.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Arguments, Command } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import { filledRequest } from "../filled-request.ts";
import { runClosedLoop, runOpenLoop } from "../load-loops.ts";
import { runMapLoad } from "../load-map.ts";
import { loadReport, printLoad, type LoadKind } from "../load-report.ts";
import { LoadTally } from "../load-tally.ts";
import { createLoadProgress } from "../progress.ts";
import { parseRequest } from "../read-input.ts";

/** `heddle bench` */
export const bench: Command = {
  name: "bench",
  about: "call a function over and over, print rate, errors and a latency histogram",
  args: "KERNEL/FUNCTION",
  options: {
    ...addressOption,
    concurrency: {
      type: "number",
      value: "N",
      about: "calls in flight; with --rate or --map at most so many",
      default: "64; 16384",
    },
    duration: {
      type: "text",
      value: "TIME",
      about: "how long calls are made: 500ms, 10s, 2min",
      default: "10s",
    },
    "warm-up": { type: "text", value: "TIME", about: "calls before that, which do not count", default: "1s" },
    payload: { type: "text", value: "JSON|@FILE", about: "the request of every call", default: "{}" },
    "payload-bytes": {
      type: "text",
      value: "SIZE",
      about: "fill the request's first field of bytes, text or numbers: 64, 1MiB",
    },
    rate: {
      type: "number",
      value: "N",
      about: "calls per second, whatever became of those before; times count from when a call was due",
    },
    map: { type: "flag", about: "one map over as many items as the time takes, not single calls" },
    deadline: { type: "number", value: "MS", about: "time for each call", default: "none" },
    quiet: { type: "flag", about: "no progress on stderr" },
  },
  example: "heddle bench hash/crc32 --concurrency 256 --duration 10s --payload-bytes 4KiB",
  async run(context) {
    const { args, output, signal } = context;
    const plan = readPlan(args);
    const request = await readRequest(args);
    return withFabric(context, async (fabric) => {
      const { schema } = await fabric.describe(plan.kind.function);
      const input = messageFromJson(schema.request, request(schema.request));
      await runLoad(fabric, plan, input, plan.warmUpMs, new LoadTally(), signal);
      const tally = new LoadTally();
      const progress = createLoadProgress(args.flag("quiet"), plan.durationMs, () => tally);
      const begun = systemClock.now();
      try {
        await runLoad(fabric, plan, input, plan.durationMs, tally, signal);
      } finally {
        progress.stop();
      }
      const elapsedMs = systemClock.now() - begun;
      const report = loadReport(plan.kind, tally, { elapsedMs, interrupted: signal.aborted });
      if (output.json) output.value(report);
      else output.line(printLoad(report));
      return exitCodeFor(tally, signal);
    });
  },
};

function exitCodeFor({ lost, failed }: LoadTally, signal: AbortSignal): number {
  if (signal.aborted) return ExitCode.INTERRUPTED;
  if (lost) return ExitCode.UNREACHABLE;
  return failed > 0 ? ExitCode.FAILED : ExitCode.OK;
}

interface LoadPlan {
  readonly kind: LoadKind;
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** 0 for none. */
  readonly deadlineMs: number;
}

function readPlan(args: Arguments): LoadPlan {
  const fn = args.need(0, "the function");
  args.atMost(1);
  const ratePerSecond = args.whole("rate", 0, 1, 1_000_000);
  const isMap = args.flag("map");
  if (isMap && ratePerSecond > 0) throw new UsageError("--rate goes with single calls, not with --map");
  const mode = isMap ? "map" : ratePerSecond > 0 ? "rate" : "calls";
  const concurrency = args.whole("concurrency", mode === "calls" ? 64 : 16_384, 1, 1_000_000);
  const deadlineMs = args.whole("deadline", 0, 1, 900_000);
  if (isMap && deadlineMs > 0) throw new UsageError("--deadline goes with single calls, not with --map");
  return {
    kind: { function: fn, mode, concurrency, ...(mode === "rate" ? { ratePerSecond } : {}) },
    durationMs: args.duration("duration", 10_000, 1),
    warmUpMs: args.duration("warm-up", 1_000, 0),
    deadlineMs,
  };
}

/** Makes the JSON of a request once its type is known; what the command line has wrong is said before. */
async function readRequest(args: Arguments): Promise<(type: MessageType) => unknown> {
  const given = args.text("payload");
  const bytes = args.size("payload-bytes", -1);
  if (given !== undefined && bytes >= 0)
    throw new UsageError("--payload and --payload-bytes exclude one another");
  if (bytes > limits.payloadMaxBytes)
    throw new UsageError(`--payload-bytes may be at most ${limits.payloadMaxBytes}, not ${bytes}`);
  if (bytes >= 0) return (type) => filledRequest(type, bytes);
  const json = parseRequest(
    given?.startsWith("@") === true ? await readText(given.slice(1)) : (given ?? "{}"),
  );
  return () => json;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function runLoad(
  fabric: Fabric,
  { kind, deadlineMs }: LoadPlan,
  input: object,
  durationMs: number,
  tally: LoadTally,
  signal: AbortSignal,
): Promise<void> {
  if (durationMs === 0 || signal.aborted) return;
  const { function: fn, concurrency, ratePerSecond } = kind;
  const options = { durationMs, concurrency, signal };
  const callOptions = deadlineMs === 0 ? undefined : { deadlineMs };
  const call = (): Promise<unknown> => fabric.invoke(fn, input, callOptions);
  if (kind.mode === "map") await runMapLoad(fabric, fn, input, options, tally);
  else if (ratePerSecond === undefined) await runClosedLoop(call, options, tally);
  else await runOpenLoop(call, { ...options, ratePerSecond }, tally);
}
