/**
 * Follows docs/kernels.md in an empty folder, as a newcomer does who has nothing else: writes its files, types its
 * commands in order and compares what they print with what the page shows. A block that is not run is an error.
 */
import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalOutput, pageSteps, type PageStep } from "./support/page.ts";
import { prerequisite } from "./support/prerequisite.ts";
import { repository } from "./support/source-files.ts";
import { Terminal, type } from "./support/terminal.ts";

/** How long a terminal may take to print what the page shows. */
const patienceMs = 30_000;

/** The empty folder, and where `cd` has led since. */
let home: string;
let folder: string;
let ports: readonly [number, number];
const terminals = new Map<string, Terminal>();

beforeAll(async () => {
  home = folder = await mkdtemp(join(tmpdir(), "heddle-page-"));
  ports = [await freePort(), await freePort()];
  // What `npm install` of the package does on the reader's machine.
  await mkdir(join(home, "node_modules"));
  await symlink(repository, join(home, "node_modules", "heddle"));
});

afterAll(async () => {
  for (const terminal of terminals.values()) await terminal.close();
  await rm(home, { recursive: true, force: true });
});

const grpcurl = prerequisite({
  program: "grpcurl",
  folders: [join(homedir(), "go", "bin")],
  advice: "go install github.com/fullstorydev/grpcurl/cmd/grpcurl@latest",
});
const curl = prerequisite({ program: "curl", advice: "apt-get install curl" });

describe("docs/kernels.md", () => {
  it.skipIf(curl === undefined || grpcurl === undefined)(
    "does what it says, block by block",
    { timeout: 240_000 },
    async () => {
      const steps = pageSteps(await readFile(join(repository, "docs", "kernels.md"), "utf8"));
      let compared = 0;
      for (const step of steps) {
        const printed = await perform(step);
        if (step.kind === "file") continue;
        compared++;
        expect.soft(normalOutput(printed), `line ${step.line}`).toBe(normalOutput(step.output));
      }
      expect(compared).toBeGreaterThanOrEqual(15);
    },
  );
});

/** Gives what was printed where the page shows an output. */
async function perform(step: PageStep): Promise<string> {
  const options = {
    folder,
    env: {
      HEDDLE_ADDRESS: `127.0.0.1:${ports[0]}`,
      NO_COLOR: "1",
      PATH: [process.env["PATH"], dirname(grpcurl ?? "")].join(delimiter),
    },
  };
  switch (step.kind) {
    case "file":
      await mkdir(dirname(join(folder, step.name)), { recursive: true });
      await writeFile(join(folder, step.name), here(step.text));
      return "";
    case "command": {
      const [, into] = /^cd (\S+)$/.exec(step.command) ?? [];
      if (into !== undefined) folder = join(folder, into);
      return into === undefined ? type(here(step.command), options) : "";
    }
    case "open":
      terminals.set(step.terminal, new Terminal(here(step.command), options));
      return read(step.terminal, step.output);
    case "read":
      return read(step.terminal, step.output);
    default:
      step satisfies never;
      return "";
  }
}

/** The page's ports are those of a fabric at home; here they are any free ones. */
function here(command: string): string {
  const [grpc, http] = ports;
  const ported = command.replaceAll("127.0.0.1:7070", `127.0.0.1:${grpc}`).replaceAll(":7071", `:${http}`);
  return ported.replace(/^npx heddle up\b/, `npx heddle up --port ${grpc} --http-port ${http}`);
}

/** Waits until a terminal has printed what is shown, and gives all that came up to its end. */
async function read(name: string, shown: string): Promise<string> {
  const terminal = terminals.get(name);
  if (terminal === undefined) throw new Error(`no terminal "${name}" is open`);
  const wanted = normalOutput(shown);
  const until = (output: string): number => {
    for (let end = output.indexOf("\n"); end >= 0; end = output.indexOf("\n", end + 1)) {
      if (normalOutput(output.slice(0, end)) === wanted) return end + 1;
    }
    return -1;
  };
  return terminal.read(until, AbortSignal.timeout(patienceMs));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
