/** Values to protobuf bytes and back, by linked types: see schema.ts. */
export { encodeMessage } from "./message-encode.ts";
export { decodeMessage } from "./message-decode.ts";
