/** Types of the gRPC library for the folders above, so that only this one names the library. */
export type {
  Client,
  ClientDuplexStream,
  sendUnaryData,
  Server,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
} from "@grpc/grpc-js";
