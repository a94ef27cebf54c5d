/** True for an address with which only this machine can be meant: `127.0.0.1:7070`, `[::1]:7070`, `::1`, `localhost`. */
export function isLoopback(address: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|(?:::ffff:)?127\.\d+\.\d+\.\d+|localhost|\[::1\]|::1)(?::\d+)?$/i.test(
    address,
  );
}
