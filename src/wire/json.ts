/** Values to proto3 JSON and back, by linked types: https://protobuf.dev/programming-guides/json/ */
export { messageFromJson } from "./json-read.ts";
export { messageToJson, messageToJsonText } from "./json-write.ts";
