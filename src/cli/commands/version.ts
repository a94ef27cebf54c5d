import { version } from "../../base/version.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";

/** `heddle version` */
export const versionCommand: Command = {
  name: "version",
  about: "print the version",
  args: "",
  options: {},
  example: "heddle version",
  async run({ args, output }) {
    args.atMost(0);
    if (output.json) output.value({ heddle: version, node: process.versions.node });
    else output.line(`heddle ${version} (node ${process.versions.node})`);
    return ExitCode.OK;
  },
};
