/** Longest path of a Unix socket that every system takes, in bytes. */
const unixPathMax = 100;

/** The path where a Unix socket can have it; empty where it is too long, or there are no such sockets. */
export function socketPath(path: string): string {
  return process.platform === "win32" || Buffer.byteLength(path) > unixPathMax ? "" : path;
}
