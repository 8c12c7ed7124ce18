/** A stem's waveform in bounded memory: the largest magnitude of each bin of samples, a byte each. */

const BLOCK_SAMPLES = 1024;
const BINS_BEGUN = 4096;
const BINS_MAX = 1 << 20;

export class Peaks {
  /** Doubles whenever the song outgrows the most bins that are kept. */
  #bin_samples = BLOCK_SAMPLES;
  #bins = new Uint8Array(BINS_BEGUN);
  #end = 0;

  constructor(private readonly bins_max = BINS_MAX) {}

  /** One past the last sample that is known. */
  get end_samples(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#bins.byteLength;
  }

  /** Peaks as the manifest has them: base64 of a byte for each 1,024 samples, the last block perhaps shorter. */
  put(first_sample: number, length_samples: number, base64: string): void {
    const blocks = atob(base64);
    this.#end = Math.max(this.#end, first_sample + length_samples);
    this.#makeRoom();
    for (let at = 0; at < blocks.length; at += 1) {
      const bin = Math.floor((first_sample + at * BLOCK_SAMPLES) / this.#bin_samples);
      this.#bins[bin] = Math.max(this.#bins[bin] ?? 0, blocks.charCodeAt(at));
    }
  }

  /** The largest of what lies between two samples, 0 to 255; at least the bin that holds the first. */
  highest(from_sample: number, to_sample: number): number {
    const from = Math.max(0, Math.floor(from_sample / this.#bin_samples));
    const to = Math.min(this.#bins.length, Math.max(from + 1, Math.ceil(to_sample / this.#bin_samples)));
    let most = 0;
    for (let bin = from; bin < to; bin += 1) {
      most = Math.max(most, this.#bins[bin]!);
    }
    return most;
  }

  #makeRoom(): void {
    while (Math.ceil(this.#end / this.#bin_samples) > this.bins_max) {
      this.#halve();
    }
    const wanted = Math.ceil(this.#end / this.#bin_samples) + 1;
    if (wanted > this.#bins.length) {
      const larger = new Uint8Array(Math.min(this.bins_max + 1, Math.max(wanted, 2 * this.#bins.length)));
      larger.set(this.#bins);
      this.#bins = larger;
    }
  }

  #halve(): void {
    const half = this.#bins.length >> 1;
    for (let bin = 0; bin < half; bin += 1) {
      this.#bins[bin] = Math.max(this.#bins[2 * bin]!, this.#bins[2 * bin + 1]!);
    }
    if (this.#bins.length % 2) {
      this.#bins[half] = this.#bins.at(-1)!;
    }
    this.#bins.fill(0, half + (this.#bins.length % 2));
    this.#bin_samples *= 2;
  }
}
