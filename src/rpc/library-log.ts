import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";

/**
 * Keeps the gRPC library from writing to this process's stderr. For a command, whose errors are one line of its own;
 * a program that embeds the SDK decides for itself, by GRPC_VERBOSITY.
 */
export function muteLibraryLog(): void {
  setLogVerbosity(logVerbosity.NONE);
}
