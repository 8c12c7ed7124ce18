// A segment's FLAC files made into one block, which is as long as the manifest says or not made at all.

import type { SegmentBytes } from "./messages";
import type { Block } from "./song";

export interface FlacDecoder {
  readonly ready: Promise<void>;
  decodeFile(bytes: Uint8Array): Promise<{
    channelData: Float32Array[];
    samplesDecoded: number;
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
    const { channelData, samplesDecoded, errors } = await decoder.decodeFile(new Uint8Array(bytes));
    const fault = errors[0]?.message;
    if (fault !== undefined) {
      throw new DecodeError(`a part of the song cannot be read: ${fault}`);
    }
    if (samplesDecoded !== segment.length_samples || channelData.length !== channels) {
      throw new DecodeError(
        `a part of the song is ${samplesDecoded} samples of ${channelData.length} channels long, ` +
          `not ${segment.length_samples} of ${channels}`,
      );
    }
    stems.push(channelData);
  }
  const { load, index, first_sample, length_samples } = segment;
  return { load, index, first_sample, length_samples, stems };
}
