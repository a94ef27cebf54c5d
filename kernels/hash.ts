/** Digests and checksums of bytes. All of it is whole numbers, so equal bytes give equal results on every machine. */

/* heddle { "memoryMaxBytes": 268435456, "memoryInitialBytes": 2097152 } */
import { crc32Of } from "./hash/crc32";
import { sha256Into } from "./hash/sha256";
import { xxhash64Of } from "./hash/xxhash64";

/**
 * SHA-256 (FIPS 180-4), a cryptographic digest.
 * @param data up to 64 MiB
 * @returns 32 bytes
 */
export function sha256(data: StaticArray<u8>): StaticArray<u8> {
  const digest = new StaticArray<u8>(32);
  sha256Into(changetype<usize>(data), data.length, changetype<usize>(digest));
  return digest;
}

/**
 * SHA-256 in hexadecimal.
 * @param data up to 64 MiB
 * @returns 64 digits, in small letters
 */
export function sha256Hex(data: StaticArray<u8>): string {
  const digest = sha256(data);
  let text = "";
  for (let i = 0; i < digest.length; i++) {
    const byte = unchecked(digest[i]);
    text += digit(byte >> 4) + digit(byte & 15);
  }
  return text;
}

/**
 * XXH64, a fast hash for tables and comparisons. It is not cryptographic: who knows the seed can make two inputs agree.
 * @param data up to 64 MiB
 * @param seed any number; another one gives another hash
 * @returns the hash
 */
export function xxhash64(data: StaticArray<u8>, seed: u64): u64 {
  return xxhash64Of(changetype<usize>(data), data.length, seed);
}

/**
 * CRC-32 as in zip, gzip and PNG, a checksum against accidents.
 * @param data up to 64 MiB
 * @param before checksum of the bytes before these, 0 when there are none: so a long stream is checked piece by piece
 * @returns the checksum
 */
export function crc32(data: StaticArray<u8>, before: u32): u32 {
  return crc32Of(changetype<usize>(data), data.length, before);
}

function digit(value: u8): string {
  return String.fromCharCode(value < 10 ? 48 + value : 87 + value);
}
