/** The client's pair of Session streams: the small one at once, the bulk one when the session is the one to keep. */
import type { Client } from "@grpc/grpc-js";
import { HeddleError } from "../base/error.ts";
import type { FrameSink, FunctionFrame, HelloFrame, ResultFrame, WelcomeFrame } from "../wire/frame.ts";
import { closeChannel, openChannel } from "./channel.ts";
import { openerDuplex } from "./duplex.ts";
import { FrameLink } from "./frame-link.ts";
import { keepStreamAlive } from "./keepalive.ts";
import { sessionMethod } from "./services.ts";

/** What the streams tell. `closed` comes once and last. */
export interface SessionEvents {
  welcome(frame: WelcomeFrame): void;
  result(frame: ResultFrame): void;
  /** Another version answers a function from now on, or none: `number` and `digest` are set. */
  version(frame: FunctionFrame): void;
  closed(error: HeddleError): void;
}

export interface SessionStreams {
  readonly link: FrameLink;
  /** Opens the bulk stream at an address of the same gateway; to be called once, after its welcome. */
  openBulk(address: string): void;
  /** Ends both streams; `closed` is still told. */
  close(): void;
}

/** Opens a session at an address; `hello.bulk` is set here for each stream. */
export function openSession(address: string, hello: HelloFrame, events: SessionEvents): SessionStreams {
  const channels: Client[] = [];
  let state: "open" | "closed" = "open";
  const unexpected = (what: string): never => {
    throw new HeddleError("PROTOCOL", `the gateway sent a ${what}`);
  };
  const sink: FrameSink = {
    welcome: (frame) => events.welcome(frame),
    result: (frame) => events.result(frame),
    credit: () => {},
    log: () => unexpected("Log"),
    hello: () => unexpected("Hello"),
    function: (frame) => events.version(frame),
    batch: () => unexpected("Batch"),
    chunk: () => unexpected("Chunk on the small stream"),
    cancel: () => unexpected("Cancel"),
    pause: () => unexpected("Pause"),
  };
  const link = new FrameLink(sink);

  function over(error: HeddleError | undefined): void {
    if (state === "closed") return;
    state = "closed";
    link.close(undefined);
    for (const channel of channels) closeChannel(channel);
    events.closed(error ?? new HeddleError("CONNECTION_LOST", `the gateway at ${address} ended the session`));
  }

  function open(at: string, bulk: boolean): void {
    const channel = openChannel(at, "client", "own");
    channels.push(channel);
    const { path, requestSerialize, responseDeserialize } = sessionMethod;
    const stream = channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    keepStreamAlive(stream, "client");
    const duplex = openerDuplex(stream, {
      message: (message) => link.receive(message, bulk, "answerer"),
      chunk: (id, bytes) => link.receiveChunk(id, bytes, bulk),
      drained: () => link.pump(),
      closed: over,
    });
    duplex.writer.hello({ ...hello, bulk });
    duplex.writer.seal();
    link.attach(duplex, bulk);
    duplex.flush();
  }

  open(address, false);
  return {
    link,
    openBulk(at) {
      if (state === "open") open(at, true);
    },
    close: () => over(undefined),
  };
}
