import { setTimeout as wait } from "node:timers/promises";
import { HeddleError } from "../../base/error.ts";
import { limits } from "../../base/limits.ts";
import type { Fabric } from "../../sdk/fabric.ts";
import type { LogEvent, LogLevel, LogLine, LogsOptions } from "../../sdk/logs.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Arguments, Command } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { printable } from "../printable.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
/** Lines asked for after the gateway was gone for a while; those that were shown before are left out. */
const lastAfterLoss = 1_000;

/** `heddle logs` */
export const logs: Command = {
  name: "logs",
  about: "show what kernels logged, and the stacks of calls that trapped",
  args: "[KERNEL[/FUNCTION]]",
  options: {
    follow: { type: "flag", short: "f", about: "stay, and show lines as they come" },
    level: {
      type: "text",
      value: "LEVEL",
      about: "lowest level: debug, info, warn, error",
      default: "debug",
    },
    last: { type: "number", value: "N", about: "lines of the past to begin with", default: "100" },
    ...addressOption,
  },
  example: "heddle logs -f ode --level warn",
  async run(context) {
    const { args, output } = context;
    const signal = AbortSignal.any([context.signal, output.unread]);
    const options = { ...optionsOf(args), signal };
    await withFabric(context, (fabric) => new LogView(fabric, output, options).show());
    return context.signal.aborted ? ExitCode.INTERRUPTED : ExitCode.OK;
  },
};

type ViewOptions = LogsOptions & { readonly follow: boolean; readonly signal: AbortSignal };

function optionsOf(args: Arguments): Omit<ViewOptions, "signal"> {
  args.atMost(1);
  const [kernel, fn, ...more] = (args.positionals[0] ?? "").split("/");
  if (more.length > 0 || fn === "" || (kernel === "" && args.positionals[0] !== undefined))
    throw new UsageError(`expected KERNEL or KERNEL/FUNCTION, not "${args.positionals[0]}"`);
  const level = args.text("level") ?? "debug";
  const levelMin = levels.find((known) => known === level);
  if (levelMin === undefined)
    throw new UsageError(`--level must be one of ${levels.join(", ")}, not "${level}"`);
  const last = args.whole("last", 100, 0, limits.logKernelLinesMax);
  const follow = args.flag("follow");
  return { levelMin, last, follow, ...(kernel ? { kernel } : {}), ...(fn ? { function: fn } : {}) };
}

/** Shows lines until there are no more, over losses of the gateway when it follows. */
class LogView {
  readonly #fabric: Fabric;
  readonly #output: Output;
  readonly #options: ViewOptions;
  /** Time of the latest line of each node, by the node's clock. */
  readonly #shownMs = new Map<string, number>();
  #lines = 0;
  #lostAt = Infinity;
  #tries = 0;

  constructor(fabric: Fabric, output: Output, options: ViewOptions) {
    this.#fabric = fabric;
    this.#output = output;
    this.#options = options;
  }

  async show(): Promise<void> {
    for (let last = this.#options.last; !this.#options.signal.aborted; last = lastAfterLoss) {
      try {
        await this.#read({ ...this.#options, ...(last === undefined ? {} : { last }) });
        return;
      } catch (error) {
        await this.#lost(HeddleError.from(error));
      }
    }
  }

  async #read(options: LogsOptions): Promise<void> {
    for await (const event of this.#fabric.admin.logs(options)) {
      await this.#event(event);
      if (options.signal?.aborted === true) return;
    }
  }

  async #event(event: LogEvent): Promise<void> {
    switch (event.kind) {
      case "line":
        if (this.#shownAlready(event)) return;
        this.#lines++;
        this.#shownMs.set(event.node, Math.max(event.timeMs, this.#shownMs.get(event.node) ?? 0));
        return this.#output.json ? this.#output.row(jsonOf(event)) : this.#output.print(textOf(event));
      case "dropped":
        if (this.#output.json) return this.#output.row({ dropped: event.count });
        this.#output.note(`heddle logs: ${event.count} lines are missing here: they were read too slowly`);
        return;
      case "synced":
        return this.#synced();
      default:
        event satisfies never;
    }
  }

  #shownAlready({ node, timeMs }: LogLine): boolean {
    return this.#lostAt !== Infinity && timeMs <= (this.#shownMs.get(node) ?? 0);
  }

  async #synced(): Promise<void> {
    if (this.#lostAt !== Infinity) {
      this.#output.note("heddle logs: the gateway is back; lines it took in the meantime may be missing");
      this.#lostAt = Infinity;
      this.#tries = 0;
    } else if (this.#lines === 0) {
      await this.#explainNothing();
    }
  }

  /** Nothing to show may be a name that was mistyped. */
  async #explainNothing(): Promise<void> {
    const { kernel, function: fn, follow } = this.#options;
    const known = kernel === undefined ? undefined : await this.#functionsOf(kernel);
    if (kernel !== undefined && known === undefined)
      this.#output.note(`heddle logs: no kernel "${kernel}" is deployed; see heddle kernels`);
    else if (fn !== undefined && known?.includes(fn) === false)
      this.#output.note(
        `heddle logs: kernel "${kernel}" has no function "${fn}"; it has: ${known.join(", ")}`,
      );
    else if (!follow) this.#output.note("heddle logs: there are no such lines");
  }

  async #functionsOf(kernel: string): Promise<string[] | undefined> {
    try {
      const { kernel: found } = await this.#fabric.admin.kernel(kernel, { signal: this.#options.signal });
      return found?.functions.map(({ name }) => name);
    } catch (error) {
      if (HeddleError.from(error).reason === "KERNEL_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** Waits before the next try; throws when following is not asked for or has no hope. */
  async #lost(error: HeddleError): Promise<void> {
    const gone = error.reason === "CONNECTION_LOST" || error.reason === "GATEWAY_STOPPING";
    if (!this.#options.follow || !gone) throw error;
    const now = performance.now();
    if (this.#lostAt === Infinity) {
      this.#lostAt = now;
      this.#output.note(`heddle logs: ${error.rawMessage}; waiting for the gateway to come back`);
    }
    if (now - this.#lostAt > limits.reconnectWindowMs) {
      const said = `the gateway did not come back within ${limits.reconnectWindowMs} ms`;
      throw new HeddleError("CONNECTION_LOST", said, { cause: error });
    }
    const waitMs = Math.min(limits.reconnectMaxMs, limits.reconnectBaseMs * 2 ** this.#tries++);
    await wait(waitMs, undefined, { signal: this.#options.signal }).catch(() => {}); // aborted: the loop ends
  }
}

/** A line as scripts see it. */
function jsonOf({ kind: _, ...line }: { readonly kind: "line" } & LogLine): LogLine {
  return line;
}

/** A line as people see it. */
function textOf(line: LogLine): string {
  const time = new Date(line.timeMs).toISOString();
  const item = line.index > 0 ? `#${line.index}` : "";
  const again = line.attempt > 1 ? ` (try ${line.attempt})` : "";
  const trace = line.traceId === "" ? "-" : line.traceId.slice(0, 8);
  const where = `${line.kernel}/${line.function}${item} ${line.node}${again} ${trace}`;
  return `${time} ${line.level.toUpperCase().padEnd(5)} ${where}  ${printable(line.text)}`;
}
