/** A live OTLP receiver: takes spans over HTTP in protobuf, answers at once, and counts them when it is asked. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { answerRequests } from "../processes/child.ts";
import { countSpans } from "./span-count.ts";

/** Bodies that were not counted yet, by the path they came on. */
const bodies: { readonly path: string; readonly body: Buffer }[] = [];
const counts: Record<string, number> = {};

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    bodies.push({ path: request.url ?? "", body });
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  answerRequests(`http://127.0.0.1:${port}`, () => Promise.resolve(count()));
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks);
}

function count(): Readonly<Record<string, number>> {
  for (const { path, body } of bodies.splice(0)) counts[path] = (counts[path] ?? 0) + countSpans(body);
  return counts;
}
