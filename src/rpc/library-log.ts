/**
 * Whether the gRPC library may write to this process's stderr. A command wants it silent, since its errors are one line
 * of its own; a program that embeds the SDK decides for itself, by GRPC_VERBOSITY. This is said before the library is
 * loaded, which takes a good part of what a short command takes, and heeded when it is first used.
 */
let muted = false;

/** Keeps the library from writing. */
export function muteLibraryLog(): void {
  muted = true;
}

/** True when the library is not to write. */
export function libraryLogIsMuted(): boolean {
  return muted;
}
