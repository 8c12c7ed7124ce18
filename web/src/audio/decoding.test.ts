import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { expect, test } from "vitest";
import { DecodeError, decoded } from "./decoding";

const FULL_16 =
  "ZkxhQwAAACIQABAAAACsAACsAfQC8AAAACg750HflnA3L1bDICBsaQm/hAAAKCAAAAByZWZlcmVuY2UgbGliRkxBQyAxLjQuMyAyMDIzMDYyMwAAAAD/+GSoACdeEANgAYABgcQAA2fYAGAAYHEAANn2ABgAGBxAADZ9gAYABgcQAA2fYAGAAYHEAANn2ABgAGBxAADZ9gAYABgcQAA2fYAGAAYHEAANn0Cf/+AALn49//z5IP//AAFz8e//58kH//gAC5+Pf/8+SD//wABc/Hv/+fJB//4AAufj3//Pkg//8AAXPx7//nyQf/+AALn49//z5IP//AAFz8e//58kAB2i";
const FULL_24 =
  "ZkxhQwAAACIQABAAAADVAADVAfQDcAAAAChJAnnzgBDhnmgIbey4xuq/hAAAKCAAAAByZWZlcmVuY2UgbGliRkxBQyAxLjQuMyAyMDIzMDYyMwAAAAD/+GSsACf1EANgAYABgcQAA2fYAGAAYHEAANn2ABgAGBxAADZ9gAYABgcQAA2fYAGAAYHEAANn2ABgAGBxAADZ9gAYABgcQAA2fYAGAAYHEAANn0QQuP///oAABIBgcSAAAGA+SAf///QAACQDA4kAAAMB8kA///+gAAEgGBxIAAAYD5IB///9AAAJAMDiQAAAwHyQD///6AAASAYHEgAABgPkgH///0AAAkAwOJAAADAfJAP///oAABIBgcSAAAGA+SAf///QAACQDA4kAAAMB8kAUlc=";

function segment(files: readonly string[], length_samples = 40) {
  const stems = files.map((file) => Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0)).buffer);
  return { load: 7, index: 3, first_sample: 120, length_samples, stems };
}

async function opened(): Promise<FLACDecoder> {
  const decoder = new FLACDecoder();
  await decoder.ready;
  return decoder;
}

test.each([
  [16, FULL_16],
  [24, FULL_24],
])("of %i bits every sample is the file's number over full scale, exactly", async (bits, file) => {
  const block = await decoded(segment([file, file]), 2, await opened(), () => false);
  const full = 2 ** (bits - 1);
  const left = [full - 1, 1, 0, -full / 2, 777];
  const right = [-full, -1, 12_345, full / 2 + 1, -31_111];
  for (const stem of block!.stems) {
    expect([...stem[0]!]).toEqual(Array.from({ length: 40 }, (_, at) => left[at % 5]! / full));
    expect([...stem[1]!]).toEqual(Array.from({ length: 40 }, (_, at) => right[at % 5]! / full));
  }
  expect(block).toMatchObject({ load: 7, index: 3, first_sample: 120, length_samples: 40 });
});

test("a file of another length or of other channels than the manifest says is refused", async () => {
  await expect(decoded(segment([FULL_16], 41), 2, await opened(), () => false)).rejects.toThrow("40 samples");
  await expect(decoded(segment([FULL_16]), 1, await opened(), () => false)).rejects.toThrow("2 channels");
});

test("what is not FLAC is refused", async () => {
  await expect(decoded(segment([btoa("<html>no</html>")]), 2, await opened(), () => false)).rejects.toThrow(
    DecodeError,
  );
  await expect(decoded(segment([btoa("no")]), 2, await opened(), () => false)).rejects.toThrow(DecodeError);
});

test("what was forgotten on the way is not decoded to its end", async () => {
  let asked = 0;
  const block = await decoded(segment([FULL_16, FULL_16]), 2, await opened(), () => (asked += 1) > 1);
  expect(block).toBe(null);
});
