// A segment's FLAC files made into one block, which is as long as the manifest says or not made at all.

import type { SegmentBytes } from "./messages";
import type { Block } from "./song";

export interface FlacDecoder {
  readonly ready: Promise<void>;
  free(): void;
  decodeFile(bytes: Uint8Array): Promise<{
    channelData: Float32Array[];
    samplesDecoded: number;
    bitDepth: number;
    errors: readonly { message: string }[];
  }>;
}

export class DecodeError extends Error {}

/** Null when it was forgotten on the way. Raises DecodeError. */
export async function decoded(
  segment: SegmentBytes,
  channels: number,
  decoder: FlacDecoder,
  isForgotten: () => boolean,
): Promise<Block | null> {
  const stems: Float32Array[][] = [];
  for (const bytes of segment.stems) {
    if (isForgotten()) {
      return null;
    }
    const { channelData, samplesDecoded, bitDepth, errors } = await read(bytes, decoder);
    if (errors[0]) {
      throw new DecodeError(`a part of the song cannot be read: ${errors[0].message}`);
    }
    if (samplesDecoded !== segment.length_samples || channelData.length !== channels) {
      throw new DecodeError(
        `a part of the song is ${samplesDecoded} samples of ${channelData.length} channels long, ` +
          `not ${segment.length_samples} of ${channels}`,
      );
    }
    channelData.forEach((samples) => rescale(samples, bitDepth));
    stems.push(channelData);
  }
  const { load, index, first_sample, length_samples } = segment;
  return { load, index, first_sample, length_samples, stems };
}

async function read(bytes: ArrayBuffer, decoder: FlacDecoder) {
  try {
    return await decoder.decodeFile(new Uint8Array(bytes));
  } catch {
    // Of what is no FLAC at all it has no words of its own.
    throw new DecodeError("a part of the song cannot be read: it is no FLAC");
  }
}

/** The decoder divides by the greatest sample, and everybody else by one more than that: exactly undone. */
function rescale(samples: Float32Array, bitDepth: number): void {
  const full = 2 ** (bitDepth - 1);
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = Math.round(samples[at]! * (full - 1)) / full;
  }
}
