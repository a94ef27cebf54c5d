import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { startSchedulerProcess } from "../scheduler-process.ts";
import { gatewayOptions } from "../server-options.ts";
import { aborted } from "../signals.ts";

/** `heddle scheduler` */
export const scheduler: Command = {
  name: "scheduler",
  about: "run the scheduler and gateway alone; nodes join it with heddle node",
  args: "",
  options: gatewayOptions,
  example: "heddle scheduler --port 7070 --data .heddle",
  async run(context) {
    const { args, output, signal } = context;
    args.atMost(0);
    const process = await startSchedulerProcess(context);
    const { grpc, http } = process.addresses;
    if (output.json) output.value({ grpc, http, nodes: [] });
    else {
      output.line(`scheduler is ready: gRPC ${grpc}, HTTP ${http}`);
      output.line(
        `nodes join with: heddle node --scheduler ${grpc} --secret-file ${process.folder.pathOf("secret")}`,
      );
    }
    await aborted(signal);
    await process.stop();
    return signal.reason === "SIGINT" ? ExitCode.INTERRUPTED : ExitCode.OK;
  },
};
