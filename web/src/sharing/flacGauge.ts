/**
 * How much of a FLAC stream is here, where nobody knows how many bytes it will have: the stream says at its beginning how
 * many samples there are, and each of its frames which one it is (RFC 9639, 8.2 and 9.1).
 */

const MARK = [0x66, 0x4c, 0x61, 0x43];
const BLOCK_HEAD_BYTES = 4;
const STREAMINFO_BYTES = 34;
const FRAME_HEAD_BYTES_MAX = 16;
const LAST_BLOCK = 0x80;

export class FlacGauge {
  /** 0 to 1, by the newest frame whose beginning came; null before that is known, and of what is no such stream. */
  part: number | null = null;
  /** What came last and may go on in the next piece, and where in the stream it lies. */
  #rest: Uint8Array = new Uint8Array();
  #rest_at = 0;
  /** Where the next block of metadata begins, and after the last one, the first frame. */
  #next_at = MARK.length;
  #isSound = false;
  #isOther = false;
  #block_samples = 0;
  #all_samples = 0;
  /** What all frames have in common, as the first one has it. */
  #kind: number | null = null;
  #frame = 0;

  /** Pieces come in order, from the first byte on. */
  take(piece: Uint8Array): void {
    if (this.#isOther) {
      return;
    }
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    if (!this.#isSound) {
      this.#readBlocks(bytes);
    }
    if (this.#isSound) {
      this.#findFrame(bytes);
    }
    const kept_at = this.#isSound
      ? Math.max(this.#next_at - this.#rest_at, bytes.length - FRAME_HEAD_BYTES_MAX)
      : this.#next_at - this.#rest_at - (this.#next_at === MARK.length ? MARK.length : 0);
    const from = Math.min(Math.max(0, kept_at), bytes.length);
    this.#rest = bytes.slice(from);
    this.#rest_at += from;
  }

  #readBlocks(bytes: Uint8Array): void {
    for (;;) {
      const at = this.#next_at - this.#rest_at;
      const isFirst = this.#next_at === MARK.length;
      if (bytes.length < at + BLOCK_HEAD_BYTES + (isFirst ? STREAMINFO_BYTES : 0)) {
        return;
      }
      if (isFirst && !this.#readStreamInfo(bytes)) {
        this.#isOther = true;
        return;
      }
      const head = new DataView(bytes.buffer, bytes.byteOffset + at, BLOCK_HEAD_BYTES);
      this.#next_at += BLOCK_HEAD_BYTES + (head.getUint32(0) & 0xff_ff_ff);
      if (head.getUint8(0) & LAST_BLOCK) {
        this.#isSound = true;
        return;
      }
    }
  }

  /** False of what cannot be measured so: no FLAC, blocks that differ in size, a length that it does not tell. */
  #readStreamInfo(bytes: Uint8Array): boolean {
    const info = new DataView(bytes.buffer, bytes.byteOffset + MARK.length + BLOCK_HEAD_BYTES, STREAMINFO_BYTES);
    this.#block_samples = info.getUint16(0);
    this.#all_samples = (info.getUint8(13) & 0x0f) * 2 ** 32 + info.getUint32(14);
    const isFlac = MARK.every((byte, at) => bytes[at] === byte);
    return isFlac && this.#all_samples > 0 && this.#block_samples > 0 && this.#block_samples === info.getUint16(2);
  }

  /** The last one that begins here. */
  #findFrame(bytes: Uint8Array): void {
    const first = this.#next_at - this.#rest_at;
    if (this.#kind === null) {
      if (bytes.length < first + FRAME_HEAD_BYTES_MAX || frameAt(bytes, first) !== 0) {
        return;
      }
      this.#kind = kindAt(bytes, first);
      this.part = 0;
    }
    for (let at = bytes.length - 1; at >= Math.max(0, first); at -= 1) {
      at = bytes.lastIndexOf(0xff, at);
      if (at < Math.max(0, first)) {
        return;
      }
      const frame = kindAt(bytes, at) === this.#kind ? frameAt(bytes, at) : null;
      // Sound may look like a head by chance, its number included: none goes back, and none lies past the end.
      if (frame !== null && frame >= this.#frame && frame * this.#block_samples < this.#all_samples) {
        this.#frame = frame;
        this.part = (frame * this.#block_samples) / this.#all_samples;
        return;
      }
    }
  }
}

/** Rate and depth, of which no frame has others than the first. */
function kindAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 2] ?? 0) & 0x0f) * 0x100 + ((bytes[at + 3] ?? 0) & 0x0f);
}

/** The number of the frame whose head is here; null where none is, or not all of it. */
function frameAt(bytes: Uint8Array, at: number): number | null {
  const head = bytes.subarray(at, at + FRAME_HEAD_BYTES_MAX);
  const [mark, second, codes = 0, , lead = 0] = head;
  if (mark !== 0xff || second !== 0xf8) {
    return null;
  }
  const ones = Math.clz32(~(lead << 24));
  const number_bytes = ones === 0 ? 1 : ones;
  if (ones === 1 || ones > 6) {
    return null;
  }
  let number = ones ? lead & (0x7f >> ones) : lead;
  for (const byte of head.subarray(5, 4 + number_bytes)) {
    number = number * 64 + (byte & 0x3f);
  }
  const end = 4 + number_bytes + ({ 6: 1, 7: 2 }[codes >> 4] ?? 0) + ({ 12: 1, 13: 2, 14: 2 }[codes & 0x0f] ?? 0);
  return end < head.length && crc8(head.subarray(0, end)) === head[end] ? number : null;
}

/** Polynomial 0x07, from 0. */
function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
    }
  }
  return crc;
}
