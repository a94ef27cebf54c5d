/** Which Unix socket of a gateway a client may use. */
import { lstat } from "node:fs/promises";
import { dirname, isAbsolute } from "node:path";
import { isLoopback } from "../rpc/loopback.ts";
import type { WelcomeFrame } from "../wire/frame.ts";

/**
 * The socket that a gateway offers to a client that has dialled this address; undefined when there is none, or when the
 * gateway listens on another port than was dialled: then something lies between the two.
 */
export function socketOffered(
  address: string,
  { unixPath, port }: Pick<WelcomeFrame, "unixPath" | "port">,
): string | undefined {
  const direct = isLoopback(address) && address.endsWith(`:${port}`);
  return direct && isAbsolute(unixPath) ? unixPath : undefined;
}

/** True for a socket of this user in a folder of this user that nobody else may enter. */
export async function isOwnSocket(path: string): Promise<boolean> {
  const user = process.getuid?.();
  if (user === undefined) return false;
  try {
    const [folder, socket] = await Promise.all([lstat(dirname(path)), lstat(path)]);
    const own = folder.uid === user && socket.uid === user;
    return own && folder.isDirectory() && (folder.mode & 0o077) === 0 && socket.isSocket();
  } catch {
    return false; // not there, or not for us to see: TCP will do
  }
}
