/** Two FrameLinks over a real server and two real connections on loopback. */
import { Client, credentials, Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import type { HeddleError } from "../../src/base/error.ts";
import { answererDuplex, openerDuplex, type Duplex, type DuplexEvents } from "../../src/rpc/duplex.ts";
import { FrameLink } from "../../src/rpc/frame-link.ts";
import { executeMethod, executorService } from "../../src/rpc/services.ts";
import { FrameRecorder } from "./frame-recorder.ts";

type RawServerStream = ServerDuplexStream<Buffer, Buffer>;

/** One end of one stream. */
export interface StreamEnd {
  readonly duplex: Duplex;
  /** Messages as they came. */
  readonly messages: Buffer[];
  /** What `closed` told, each time. */
  readonly ends: (HeddleError | undefined)[];
  /** The first of them. */
  readonly closed: Promise<HeddleError | undefined>;
  /** How often `drained` was told. */
  drains: number;
}

/** What a stream does with a message. */
export type Receive = (message: Buffer, end: StreamEnd) => void;

/** What a stream does with the bytes of a chunk that is still on its way. */
export type ReceiveChunk = (id: number, bytes: Buffer, end: StreamEnd) => void;

function endOf(
  make: (events: DuplexEvents) => Duplex,
  receive: Receive,
  drained: () => void = () => {},
  chunk?: ReceiveChunk,
): StreamEnd {
  const first = Promise.withResolvers<HeddleError | undefined>();
  const end: { -readonly [K in keyof StreamEnd]: StreamEnd[K] } = {
    messages: [],
    ends: [],
    closed: first.promise,
    drains: 0,
    duplex: make({
      message: (message) => {
        end.messages.push(message);
        receive(message, end);
      },
      ...(chunk && { chunk: (id: number, bytes: Buffer) => chunk(id, bytes, end) }),
      drained: () => {
        end.drains++;
        drained();
      },
      closed: (error) => {
        end.ends.push(error);
        first.resolve(error);
      },
    }),
  };
  return end;
}

/** A server for raw streams; `receive` gets what comes on any of them. */
export async function startStreamServer(
  receive: Receive,
  drained?: () => void,
  chunk?: ReceiveChunk,
): Promise<StreamServer> {
  const server = new Server();
  const ends: StreamEnd[] = [];
  const waiting: (() => void)[] = [];
  server.addService(executorService, {
    Execute: (stream: RawServerStream) => {
      ends.push(endOf((events) => answererDuplex(stream, events), receive, drained, chunk));
      for (const resolve of waiting.splice(0)) resolve();
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  onTestFinished(() => server.forceShutdown());
  return {
    address: `127.0.0.1:${port}`,
    server,
    async end(index) {
      for (let found = ends[index]; ; found = ends[index]) {
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** A server whose streams are StreamEnds. */
export interface StreamServer {
  readonly address: string;
  readonly server: Server;
  /** The stream that came as number `index`, once it is there. */
  end(index: number): Promise<StreamEnd>;
}

/** A stream of its own connection to a server. */
export function openStream(address: string, receive: Receive = () => {}, chunk?: ReceiveChunk): StreamEnd {
  const client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  onTestFinished(() => client.close());
  const { path, requestSerialize, responseDeserialize } = executeMethod;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  return endOf((events) => openerDuplex(stream, events), receive, undefined, chunk);
}

/** One side of a pair of links. */
export interface LinkSide {
  readonly link: FrameLink;
  readonly sink: FrameRecorder;
  readonly small: StreamEnd;
  readonly bulk: StreamEnd;
}

/** Opens two streams and puts a FrameLink at each end. Which stream is which is said by their first message. */
export async function connectLinks(relieved?: () => void): Promise<{ opener: LinkSide; answerer: LinkSide }> {
  const sinks = { opener: new FrameRecorder(), answerer: new FrameRecorder() };
  const links = {
    opener: new FrameLink(sinks.opener, relieved),
    answerer: new FrameLink(sinks.answerer, relieved),
  };
  const roles = new Map<StreamEnd, boolean>();
  const bound = Promise.withResolvers<{ small: StreamEnd; bulk: StreamEnd }>();
  const server = await startStreamServer(
    (message, end) => {
      const bulk = roles.get(end);
      if (bulk !== undefined) {
        links.answerer.receive(message, bulk, "opener");
        return;
      }
      roles.set(end, message.toString() === "bulk");
      links.answerer.attach(end.duplex, message.toString() === "bulk");
      const [small, large] = [false, true].map((role) => [...roles].find(([, is]) => is === role)?.[0]);
      if (small !== undefined && large !== undefined) bound.resolve({ small, bulk: large });
    },
    () => links.answerer.pump(),
    (id, bytes, end) => links.answerer.receiveChunk(id, bytes, roles.get(end) === true),
  );
  const open = (bulk: boolean): StreamEnd => {
    const { address } = server;
    const { path, requestSerialize, responseDeserialize } = executeMethod;
    const client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    onTestFinished(() => client.close());
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    stream.write(Buffer.from(bulk ? "bulk" : "small"));
    const end = endOf(
      (events) => openerDuplex(stream, events),
      (message) => links.opener.receive(message, bulk, "answerer"),
      () => links.opener.pump(),
      (id, bytes) => links.opener.receiveChunk(id, bytes, bulk),
    );
    links.opener.attach(end.duplex, bulk);
    return end;
  };
  const own = { small: open(false), bulk: open(true) };
  const theirs = await bound.promise;
  return {
    opener: { link: links.opener, sink: sinks.opener, ...own },
    answerer: { link: links.answerer, sink: sinks.answerer, ...theirs },
  };
}
