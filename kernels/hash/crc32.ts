/**
 * CRC-32 as in zip, gzip and PNG (ISO-HDLC: polynomial 0x04c11db7, reflected). Sixteen bytes at a time by sixteen tables:
 * table k holds what a byte becomes when k zero bytes follow it, so that sixteen look-ups do not wait for one another.
 */

const POLYNOMIAL: u32 = 0xedb88320;
/** 16 tables of 256 words. They are filled when an instance is made, and are part of the state it goes back to. */
const tables: usize = memory.data(16384, 16);
const TABLE: usize = 1024;

fillTables();

function fillTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >> 1) ^ (POLYNOMIAL & -(remainder & 1));
    store<u32>(tables + (byte << 2), remainder);
  }
  for (let at = tables + TABLE; at < tables + 16 * TABLE; at += 4) {
    const before = load<u32>(at - TABLE);
    store<u32>(at, (before >> 8) ^ load<u32>(tables + ((before & 0xff) << 2)));
  }
}

/** The checksum of so many bytes that follow others with the checksum `before`, which is 0 for none. */
export function crc32Of(at: usize, size: usize, before: u32): u32 {
  let crc = ~before;
  const end = at + size;
  const whole = at + (size & ~15);
  for (; at < whole; at += 16) {
    crc =
      fourOf(load<u32>(at) ^ crc, 12) ^
      fourOf(load<u32>(at, 4), 8) ^
      fourOf(load<u32>(at, 8), 4) ^
      fourOf(load<u32>(at, 12), 0);
  }
  for (; at < end; at++) crc = (crc >> 8) ^ load<u32>(tables + (((crc ^ load<u8>(at)) & 0xff) << 2));
  return ~crc;
}

/** Four bytes that so many others of the sixteen follow. */
function fourOf(bytes: u32, following: usize): u32 {
  const table = tables + following * TABLE;
  return (
    load<u32>(table + ((bytes & 0xff) << 2), 3072) ^
    load<u32>(table + (((bytes >> 8) & 0xff) << 2), 2048) ^
    load<u32>(table + (((bytes >> 16) & 0xff) << 2), 1024) ^
    load<u32>(table + ((bytes >> 24) << 2))
  );
}
