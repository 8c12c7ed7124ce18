// The decoder's thread: FLAC in, samples straight to the mixer's thread.

import { decoded, type FlacDecoder } from "./decoding";
import { FLACDecoder } from "@wasm-audio-decoders/flac";
import type { FromDecoder, SegmentBytes, ToDecoder } from "./messages";

const forgotten = new Set<number>();
let decoder: FlacDecoder | null = null;
let blocks: MessagePort | null = null;
let channels = 0;
// The WebAssembly decodes one file at a time.
let turn = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<ToDecoder>) => {
  switch (data.kind) {
    case "blocks":
      blocks = data.port;
      channels = data.channels;
      return;
    case "forget":
      forgotten.add(data.load);
      turn = turn.then(() => void forgotten.delete(data.load));
      return;
    case "decode":
      turn = turn.then(() => decode(data.segment));
  }
};

async function decode(segment: SegmentBytes): Promise<void> {
  try {
    decoder ??= new FLACDecoder();
    await decoder.ready;
    const block = await decoded(segment, channels, decoder, () => forgotten.has(segment.load));
    if (block) {
      blocks?.postMessage(
        block,
        block.stems.flatMap((stem) => stem.map((samples) => samples.buffer as ArrayBuffer)),
      );
    }
  } catch (error) {
    // What a broken file left in it is not for the next one.
    discard();
    const text = error instanceof Error ? error.message : String(error);
    self.postMessage({ kind: "failed", load: segment.load, text } satisfies FromDecoder);
  }
}

/** Its memory is WebAssembly's, which no garbage collector clears on its own. */
function discard(): void {
  try {
    decoder?.free();
  } catch {
    // It never began: there is nothing to free.
  }
  decoder = null;
}
