/** Unary gRPC calls as a stock client makes them, with raw bytes, giving all that came back. */
import { Metadata, type Client, type ServiceError } from "@grpc/grpc-js";
import { stockType } from "./stock-frames.ts";

/** How a call ended. */
export interface RawOutcome {
  readonly code: number;
  readonly details: string;
  /** Undefined when the call failed. */
  readonly payload: Buffer | undefined;
  /** Texts of the trailing metadata. */
  readonly trailers: Readonly<Record<string, unknown>>;
  /** The google.rpc.ErrorInfo of a failed call. */
  readonly errorInfo: Readonly<Record<string, unknown>> | undefined;
}

/** A call under way. */
export interface RawCallUnderWay {
  readonly outcome: Promise<RawOutcome>;
  cancel(): void;
}

/** Calls a method. */
export function rawCall(
  client: Client,
  path: string,
  payload: Uint8Array,
  options: { readonly metadata?: Readonly<Record<string, string>>; readonly deadlineMs?: number } = {},
): RawCallUnderWay {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
  const deadline = options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs };
  const same = (bytes: Buffer): Buffer => bytes;
  const { promise, resolve } = Promise.withResolvers<RawOutcome>();
  let response: Buffer | undefined;
  const call = client.makeUnaryRequest(
    path,
    same,
    same,
    Buffer.from(payload),
    metadata,
    deadline,
    (_, value) => {
      response = value;
    },
  );
  call.on("status", ({ code, details, metadata: trailers }) =>
    setImmediate(() =>
      resolve({
        code,
        details,
        payload: response,
        trailers: trailers.getMap(),
        errorInfo: errorInfoOf({ metadata: trailers }),
      }),
    ),
  );
  return { outcome: promise, cancel: () => call.cancel() };
}

/** What the trailers of a failed call say, read by the stock library. */
export function errorInfoOf(error: Pick<ServiceError, "metadata">): Record<string, unknown> | undefined {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (details === undefined) return undefined;
  const Status = stockType("google.rpc.Status");
  const status = Status.toObject(Status.decode(details as Buffer), { bytes: Buffer }); // a -bin key holds buffers
  const { details: list } = status as { details: { value: Uint8Array }[] }; // what the library makes of it
  const ErrorInfo = stockType("google.rpc.ErrorInfo");
  return ErrorInfo.toObject(ErrorInfo.decode(list[0]?.value ?? new Uint8Array(0)));
}
