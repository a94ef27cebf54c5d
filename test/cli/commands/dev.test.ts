import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/sdk/connect.ts";
import { startHeddle, heddle, lineMatching, type HeddleProcess } from "../../support/heddle-process.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const source = (greeting: string): string => `
import { log } from "heddle";
import { mark } from "./lib/mark";

export function greet(name: string): string {
  log.info("for " + name);
  return "${greeting}, " + name + mark();
}
`;

interface Event {
  readonly event: string;
  readonly [key: string]: unknown;
}

/** A kernel of two files, and `heddle dev` on it with a fabric of its own. */
async function setup() {
  const folder = temporaryFolder();
  const file = join(folder, "hello.ts");
  const mark = join(folder, "lib", "mark.ts");
  mkdirSync(dirname(mark));
  writeFileSync(file, source("Hello"));
  writeFileSync(mark, 'export function mark(): string { return "!"; }');
  const command = startHeddle(["dev", "hello.ts", "--port", "0", "--http-port", "0", "--json"], { folder });
  onTestFinished(async () => {
    command.kill("SIGINT");
    await command.closed;
  });
  const { address } = (await next(command, "fabric")) as unknown as { address: string };
  const fabric = await connect(address);
  onTestFinished(() => fabric.close());
  return { folder, file, mark, command, fabric };
}

/** The next event of a kind; those before it are dropped. */
async function next(command: HeddleProcess, event: string): Promise<Event> {
  return JSON.parse(await lineMatching(command.lines, new RegExp(`^\\{"event":"${event}"`))) as Event;
}

describe("heddle dev", () => {
  it("deploys after every save, however it is made, and calls run the new code", async () => {
    const { file, mark, command, fabric } = await setup();
    const greeting = (): Promise<unknown> => fabric.invoke("hello/greet", { name: "Ada" });
    expect(await next(command, "deployed")).toMatchObject({
      kernel: "hello",
      functions: ["hello/greet"],
      example: `heddle invoke hello/greet '{"name":"text"}' --address ${fabric.address}`,
    });
    expect(await greeting()).toBe("Hello, Ada!");
    writeFileSync(file, source("Good day"));
    await next(command, "deployed");
    expect(await greeting()).toBe("Good day, Ada!");
    writeFileSync(`${file}~`, source("Salve"));
    renameSync(`${file}~`, file);
    await next(command, "deployed");
    expect(await greeting()).toBe("Salve, Ada!");
    writeFileSync(mark, 'export function mark(): string { return "?"; }');
    await next(command, "deployed");
    expect(await greeting()).toBe("Salve, Ada?");
    writeFileSync(join(dirname(file), "heddle.json"), '{ "timeLimitMs": 50 }');
    await next(command, "deployed");
    expect((await fabric.admin.kernel("hello")).kernel?.timeLimitMs).toBe(50);
  });

  it("shows what is wrong where it is, keeps the last good version, and goes on", async () => {
    const { file, command, fabric } = await setup();
    await next(command, "deployed");
    writeFileSync(file, source("Hello").replace("name: string", "name: Map<string, string>"));
    const { reason, problems } = await next(command, "error");
    const frame = expect.stringContaining("> 5 | export function greet");
    const first = expect.objectContaining({ file: "hello.ts", line: 5, column: 29, frame });
    expect([reason, problems]).toEqual(["BUILD_FAILED", expect.arrayContaining([first])]);
    expect(await fabric.invoke("hello/greet", { name: "Ada" })).toBe("Hello, Ada!");
    unlinkSync(file);
    expect(await next(command, "error")).toMatchObject({
      problems: [{ message: expect.stringContaining("cannot be read") }],
    });
    writeFileSync(join(dirname(file), "heddle.json"), "{");
    writeFileSync(file, source("Hello"));
    expect(await next(command, "error")).toMatchObject({ reason: "BAD_MANIFEST" });
    unlinkSync(join(dirname(file), "heddle.json"));
    expect(await next(command, "deployed")).toMatchObject({ unchanged: true });
    // Callers of the version before would not understand this one: while it is being written, they need not.
    writeFileSync(file, source("Hello").replace("name: string)", "times: f64, name: string)"));
    await next(command, "deployed");
    expect(await fabric.invoke("hello/greet", { times: 1, name: "Ada" })).toBe("Hello, Ada!");
  });

  it("shows calls and what they log", async () => {
    const { command, fabric } = await setup();
    await next(command, "deployed");
    await fabric.invoke("hello/greet", { name: "Ada" });
    const events = [await next(command, "(?:call|log)"), await next(command, "(?:call|log)")];
    expect(events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          event: "call",
          function: "hello/greet",
          node: "node-1",
          count: 1,
          outcome: "ok",
        }),
        { event: "log", function: "hello/greet", level: "info", text: "for Ada" },
      ]),
    );
  });

  it("ends with 130 on Ctrl-C, and its fabric with it", async () => {
    const { command, fabric } = await setup();
    await next(command, "deployed");
    command.kill("SIGINT");
    // Processes that were started inherit stderr: it is closed when the last of them has ended.
    expect(await command.closed).toMatchObject({ code: 130, stderr: "" });
    await expect(connect(fabric.address, { connectTimeoutMs: 500 })).rejects.toMatchObject({
      reason: "UNREACHABLE",
    });
  });

  it.each<[string[], number, RegExp]>([
    [[], 2, /the source file is missing/],
    [["nowhere.ts"], 2, /there is no file "nowhere\.ts"; heddle new makes one/],
    [["hello.wasm"], 2, /a \.ts source is needed, not "hello\.wasm"/],
    [["hello.ts", "--port", "x"], 2, /--port must be a whole number/],
    [["hello.ts", "--address", "127.0.0.1:1"], 3, /UNREACHABLE/],
  ])("says what is wrong with %j", async (args, expected, said) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "hello.ts"), "");
    const { code, stdout, stderr } = await heddle(["dev", ...args], { folder });
    expect([code, stdout, stderr]).toEqual([expected, "", expect.stringMatching(said)]);
    expect(readFileSync(join(folder, "hello.ts"), "utf8")).toBe("");
  });
});
