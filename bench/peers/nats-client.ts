/** The load client of NATS: `request` of its client. */
import { configOf } from "../processes/child.ts";
import { connectNats, subject, type NatsConfig, type NatsMessage } from "./nats.ts";
import { serveStampLoad } from "./stamp-load.ts";

const config = configOf<NatsConfig>();
const connection = await connectNats(config);
const options = { timeout: 10_000 };

serveStampLoad<NatsMessage>({
  payloadBytes: config.payloadBytes,
  send: (data, replied, failed) => void connection.request(subject, data, options).then(replied, failed),
  bytesOf: ({ data }) => data,
});
