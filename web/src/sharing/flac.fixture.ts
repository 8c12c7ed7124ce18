/** For a test: a FLAC stream of this many frames, of which those up to `count` came; what sounds in them is noise. */

export const BLOCK_SAMPLES = 4096;

/** Its metadata, then each frame. `cover` is a picture's bytes. */
export function madeFlac(frames: number, count = frames, cover: number[] = []): number[][] {
  const all = frames * BLOCK_SAMPLES;
  const block = [BLOCK_SAMPLES >> 8, BLOCK_SAMPLES & 0xff];
  const total = [
    0xf0 | Math.floor(all / 2 ** 32),
    (all >>> 24) & 0xff,
    (all >>> 16) & 0xff,
    (all >>> 8) & 0xff,
    all & 0xff,
  ];
  const info = [
    ...block,
    ...block,
    ...Array<number>(6).fill(0),
    0x0a,
    0xc4,
    0x42,
    ...total,
    ...Array<number>(16).fill(0),
  ];
  const size = [(cover.length >> 16) & 0xff, (cover.length >> 8) & 0xff, cover.length & 0xff];
  const head = [0x66, 0x4c, 0x61, 0x43, 0, 0, 0, 34, ...info, 0x86, ...size, ...cover];
  return [head, ...Array.from({ length: count }, (_, number) => [...frameHead(number), ...noise(number)])];
}

export function frameHead(number: number, codes = 0xc9): number[] {
  const head = [0xff, 0xf8, codes, 0x18, ...coded(number)];
  return [...head, crc8(head)];
}

/** FLAC's longer UTF-8. */
function coded(number: number): number[] {
  if (number < 0x80) {
    return [number];
  }
  const bytes = 2 + [0x800, 0x10000, 0x200000, 0x4000000].filter((bound) => number >= bound).length;
  const tail = Array.from({ length: bytes - 1 }, (_, at) => 0x80 | (Math.floor(number / 64 ** (bytes - 2 - at)) % 64));
  return [((0xff00 >> bytes) & 0xff) | Math.floor(number / 64 ** (bytes - 1)), ...tail];
}

/** By a table, as the one that is tested goes bit by bit. */
const TABLE = Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }).reduce<number>((crc) => (crc & 0x80 ? (crc << 1) ^ 0x107 : crc << 1), byte),
);

function crc8(bytes: number[]): number {
  return bytes.reduce((crc, byte) => TABLE[crc ^ byte]!, 0);
}

function noise(seed: number): number[] {
  return Array.from({ length: 200 + (seed % 57) }, (_, at) => (at * 7919 + seed * 104729 + ((at * at) >> 3)) & 0xff);
}
