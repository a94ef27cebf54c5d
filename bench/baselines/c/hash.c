/* Digests and checksums of bytes: SHA-256 (FIPS 180-4), XXH64, CRC-32 by sixteen tables. */
#include "driver.h"

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t load32(const uint8_t *at) {
  uint32_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static inline uint64_t load64(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static inline uint32_t rotr32(uint32_t word, int by) { return word >> by | word << (32 - by); }
static inline uint64_t rotl64(uint64_t word, int by) { return word << by | word >> (64 - by); }

#define ROUND(a, b, c, d, e, f, g, h, i)                                                                             \
  h += (rotr32(e, 6) ^ rotr32(e, 11) ^ rotr32(e, 25)) + (g ^ (e & (f ^ g))) + K[i] + w[i];                           \
  d += h;                                                                                                            \
  h += (rotr32(a, 2) ^ rotr32(a, 13) ^ rotr32(a, 22)) + ((a & b) | (c & (a | b)));

static void sha256_block(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++) w[t] = __builtin_bswap32(load32(block + 4 * t));
  for (int t = 16; t < 64; t++) {
    const uint32_t x = w[t - 15], y = w[t - 2];
    w[t] = (rotr32(y, 17) ^ rotr32(y, 19) ^ y >> 10) + w[t - 7] + (rotr32(x, 7) ^ rotr32(x, 18) ^ x >> 3) + w[t - 16];
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t += 8) {
    ROUND(a, b, c, d, e, f, g, h, t)
    ROUND(h, a, b, c, d, e, f, g, t + 1)
    ROUND(g, h, a, b, c, d, e, f, t + 2)
    ROUND(f, g, h, a, b, c, d, e, t + 3)
    ROUND(e, f, g, h, a, b, c, d, t + 4)
    ROUND(d, e, f, g, h, a, b, c, t + 5)
    ROUND(c, d, e, f, g, h, a, b, t + 6)
    ROUND(b, c, d, e, f, g, h, a, t + 7)
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void sha256(const uint8_t *data, size_t size, uint8_t digest[32]) {
  uint32_t state[8] = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  uint8_t tail[128] = {0};
  const size_t rest = size & 63, end = rest < 56 ? 64 : 128;
  for (size_t at = 0; at + 64 <= size; at += 64) sha256_block(state, data + at);
  memcpy(tail, data + size - rest, rest);
  tail[rest] = 0x80;
  const uint64_t bits = __builtin_bswap64((uint64_t)size << 3);
  memcpy(tail + end - 8, &bits, 8);
  for (size_t at = 0; at < end; at += 64) sha256_block(state, tail + at);
  for (int i = 0; i < 8; i++) state[i] = __builtin_bswap32(state[i]);
  memcpy(digest, state, 32);
}

static void run_sha256(Call *call) { sha256(ARRAY(uint8_t, 0), COUNT(uint8_t, 0), output(call, 32)); }

static void run_sha256_hex(Call *call) {
  uint8_t digest[32];
  char *text = output(call, 64);
  sha256(ARRAY(uint8_t, 0), COUNT(uint8_t, 0), digest);
  for (int i = 0; i < 32; i++) {
    text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
}

#define P1 0x9e3779b185ebca87u
#define P2 0xc2b2ae3d27d4eb4fu
#define P3 0x165667b19e3779f9u
#define P4 0x85ebca77c2b2ae63u
#define P5 0x27d4eb2f165667c5u

static inline uint64_t mix(uint64_t lane, uint64_t input) { return rotl64(lane + input * P2, 31) * P1; }
static inline uint64_t merge(uint64_t hash, uint64_t lane) { return (hash ^ mix(0, lane)) * P1 + P4; }

static uint64_t xxhash64(const uint8_t *at, size_t size, uint64_t seed) {
  const uint8_t *const end = at + size;
  uint64_t hash = seed + P5;
  if (size >= 32) {
    uint64_t a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
    for (; end - at >= 32; at += 32) {
      a = mix(a, load64(at));
      b = mix(b, load64(at + 8));
      c = mix(c, load64(at + 16));
      d = mix(d, load64(at + 24));
    }
    hash = rotl64(a, 1) + rotl64(b, 7) + rotl64(c, 12) + rotl64(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  }
  hash += size;
  for (; end - at >= 8; at += 8) hash = rotl64(hash ^ mix(0, load64(at)), 27) * P1 + P4;
  if (end - at >= 4) {
    hash = rotl64(hash ^ load32(at) * P1, 23) * P2 + P3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl64(hash ^ *at * P5, 11) * P1;
  hash = (hash ^ hash >> 33) * P2;
  hash = (hash ^ hash >> 29) * P3;
  return hash ^ hash >> 32;
}

static void run_xxhash64(Call *call) {
  put_whole(call, xxhash64(ARRAY(uint8_t, 0), COUNT(uint8_t, 0), *ARRAY(uint64_t, 1)));
}

static uint32_t tables[16][256];

static void fill_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; bit++) remainder = remainder >> 1 ^ (0xedb88320 & -(remainder & 1));
    tables[0][byte] = remainder;
  }
  for (int k = 1; k < 16; k++) {
    for (int byte = 0; byte < 256; byte++) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
}

static inline uint32_t four(uint32_t bytes, int k) {
  return tables[k + 3][bytes & 0xff] ^ tables[k + 2][bytes >> 8 & 0xff] ^ tables[k + 1][bytes >> 16 & 0xff] ^
         tables[k][bytes >> 24];
}

static uint32_t crc32(const uint8_t *at, size_t size, uint32_t before) {
  const uint8_t *const end = at + size;
  uint32_t crc = ~before;
  for (; end - at >= 16; at += 16) {
    crc = four(load32(at) ^ crc, 12) ^ four(load32(at + 4), 8) ^ four(load32(at + 8), 4) ^ four(load32(at + 12), 0);
  }
  for (; at < end; at++) crc = crc >> 8 ^ tables[0][(crc ^ *at) & 0xff];
  return ~crc;
}

static void run_crc32(Call *call) {
  if (!tables[0][1]) fill_tables();
  put_number(call, crc32(ARRAY(uint8_t, 0), COUNT(uint8_t, 0), (uint32_t)NUMBER(1)));
}

const Function hash_functions[] = {
    {"hash/sha256", run_sha256},
    {"hash/sha256Hex", run_sha256_hex},
    {"hash/xxhash64", run_xxhash64},
    {"hash/crc32", run_crc32},
    {0},
};
