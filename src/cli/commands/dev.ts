import { stat } from "node:fs/promises";
import { addressOption } from "../client.ts";
import type { Command } from "../command.ts";
import { openDevFabric } from "../dev-fabric.ts";
import { DevSession } from "../dev-session.ts";
import { DevView } from "../dev-view.ts";
import { ExitCode, UsageError } from "../exit-code.ts";

/** `heddle dev` */
export const dev: Command = {
  name: "dev",
  about: "build and deploy a kernel after every save, and show its errors, calls and logs",
  args: "FILE.ts",
  options: {
    optimize: { type: "flag", about: "optimise as heddle deploy does: slower builds, faster calls" },
    port: {
      type: "number",
      value: "PORT",
      about: "start a fabric of its own, with this gRPC port",
      default: "7070 if none runs there",
    },
    "http-port": {
      type: "number",
      value: "PORT",
      about: "HTTP port of a fabric that is started",
      default: "7071",
    },
    ...addressOption,
  },
  example: "heddle dev hello.ts",
  async run(context) {
    const { args, output } = context;
    const file = args.need(0, "the source file");
    args.atMost(1);
    if (!file.endsWith(".ts")) throw new UsageError(`a .ts source is needed, not "${file}"`);
    if ((await stat(file).catch(() => undefined))?.isFile() !== true)
      throw new UsageError(`there is no file "${file}"; heddle new makes one`);
    for (const name of ["port", "http-port"]) args.whole(name, 0, 0, 65_535);
    const signal = AbortSignal.any([context.signal, output.unread]);
    const { isTTY, columns } = process.stdout;
    // A terminal that has not said how wide it is says 0.
    const view = new DevView(output, { isTerminal: isTTY === true, columns: columns || 80 });
    const opened = await openDevFabric({ ...context, signal });
    try {
      const { fabric, http, own } = opened;
      view.show({ event: "fabric", address: fabric.address, http, own });
      await new DevSession({ file, optimize: args.flag("optimize"), dev: opened, view, signal }).run();
    } finally {
      view.stop();
      await opened.stop();
    }
    return context.signal.reason === "SIGINT" ? ExitCode.INTERRUPTED : ExitCode.OK;
  },
};
