/** What the programs of the workerd figure know together. */

/** What the client is told. */
export interface WorkerdConfig {
  /** Unix sockets of the servers. */
  readonly paths: string[];
  readonly payloadBytes: number;
}

/** Keep-alive connections to each process. */
export const connections = 16;
