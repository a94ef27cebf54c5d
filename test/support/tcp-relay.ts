import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Stands between a client and a server and loses their connections when told. */
export class TcpRelay {
  readonly #server: Server;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Relays to `host:port` from a free port. */
  static async start(target: string): Promise<TcpRelay> {
    const relay = new TcpRelay(target);
    await relay.restore();
    onTestFinished(() => relay.cut());
    return relay;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Destroys every connection; new ones are taken at once. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Destroys every connection and takes no new ones until `restore`. */
  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.drop();
    await closed;
  }

  /** Takes connections again, on the same port. */
  async restore(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }

  #accept(socket: Socket): void {
    const [host, port] = this.#target.split(":");
    const peer = connect(Number(port), host);
    const ends: readonly (readonly [Socket, Socket])[] = [
      [socket, peer],
      [peer, socket],
    ];
    for (const [from, to] of ends) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
