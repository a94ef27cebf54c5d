/** A worker of the NATS figure: the same function as `fresh/stamp`, for whatever of the queue group's comes its way. */
import { answerRequests, configOf } from "../processes/child.ts";
import { addOnes } from "./add-ones.ts";
import { connectNats, subject, type NatsConfig } from "./nats.ts";

const connection = await connectNats(configOf<NatsConfig>());
connection.subscribe(subject, {
  queue: "workers",
  callback(error, message) {
    if (error !== null) throw error;
    message.respond(addOnes(message.data));
  },
});
await connection.flush();
answerRequests("ready", () => Promise.reject(new Error("a worker takes no requests")));
