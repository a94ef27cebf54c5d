/** The work of `fresh/stamp` for peers: adds one to each of the two numbers at the start of the bytes, in place. */
export function addOnes<Bytes extends Uint8Array>(data: Bytes): Bytes {
  const numbers = new DataView(data.buffer, data.byteOffset);
  numbers.setUint32(0, numbers.getUint32(0, true) + 1, true);
  numbers.setUint32(4, numbers.getUint32(4, true) + 1, true);
  return data;
}
