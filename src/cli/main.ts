/** The command line: finds the command, runs it, and turns what goes wrong into one line and an exit code. */
import { codeName } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { version } from "../base/version.ts";
import { muteLibraryLog } from "../rpc/library-log.ts";
import { commandTable } from "./command-table.ts";
import { helpOf, parseCommandLine, type Command } from "./command.ts";
import { ExitCode, exitCodeOf, UsageError } from "./exit-code.ts";
import { createOutput, type Output } from "./output.ts";
import { interruptible } from "./signals.ts";

/** Runs a command line; gives the exit code. Never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  if (process.env["GRPC_VERBOSITY"] === undefined) muteLibraryLog();
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(await overview());
    return name === undefined ? ExitCode.USAGE : ExitCode.OK;
  }
  if (name === "--version") {
    process.stdout.write(`${version}\n`);
    return ExitCode.OK;
  }
  const [, load] = commandTable.find(([known]) => known === name) ?? [];
  if (load === undefined) {
    process.stderr.write(`heddle: no command "${name}"; see heddle --help\n`);
    return ExitCode.USAGE;
  }
  return runCommand(await load(), rest);
}

async function runCommand(command: Command, argv: readonly string[]): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(helpOf(command));
    return ExitCode.OK;
  }
  const output = createOutput(argv.includes("--json"));
  const { signal, release } = interruptible();
  try {
    const args = parseCommandLine(command, argv);
    const code = await command.run({ args, output, env: process.env, signal });
    await output.flushed();
    return code;
  } catch (error) {
    if (signal.aborted) return ExitCode.INTERRUPTED;
    report(command, error, output);
    return exitCodeOf(error);
  } finally {
    release();
  }
}

function report(command: Command, error: unknown, output: Output): void {
  const known =
    error instanceof UsageError
      ? new HeddleError("BAD_REQUEST", `${error.message}; see heddle ${command.name} --help`)
      : HeddleError.from(error);
  if (output.json) {
    const { code, reason, rawMessage: message } = known;
    process.stderr.write(`${JSON.stringify({ error: { code: codeName(code), reason, message } })}\n`);
  } else {
    const said = error instanceof UsageError ? known.rawMessage : known.message;
    process.stderr.write(`heddle ${command.name}: ${said}\n`);
  }
}

async function overview(): Promise<string> {
  const commands = await Promise.all(commandTable.map(([, load]) => load()));
  const width = Math.max(...commands.map((command) => command.name.length));
  const rows = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.about}`).join("\n");
  return `Heddle ${version}: deploy typed WASM kernels, call them from any gRPC client.

usage: heddle COMMAND [options]

commands:
${rows}

heddle COMMAND --help shows options and an example. HEDDLE_ADDRESS or --address names the fabric to talk to.
`;
}
