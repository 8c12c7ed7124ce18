import { expect, test } from "vitest";
import { Resampler } from "./resampler";
import { stereo } from "./voices";

test.each([
  [44_100, 48_000],
  [192_000, 48_000],
  [8000, 44_100],
])("a tone at %i Hz sounds the same at %i Hz", (from_hz, to_hz) => {
  let given = 0;
  const resampler = new Resampler(from_hz / to_hz, (output, frames) => {
    for (let frame = 0; frame < frames; frame += 1, given += 1) {
      output[0][frame] = Math.sin((2 * Math.PI * 997 * given) / from_hz);
      output[1][frame] = -output[0][frame]!;
    }
  });
  const output = stereo(4096);
  for (let at = 0; at < 4096; at += 128) {
    resampler.process([output[0].subarray(at, at + 128), output[1].subarray(at, at + 128)], 128);
  }
  const worst = output[0].reduce((most, sample, at) => {
    const expected = Math.sin((2 * Math.PI * 997 * at) / to_hz);
    return at < 500 ? most : Math.max(most, Math.abs(sample - expected), Math.abs(output[1][at]! + expected));
  }, 0);
  expect(worst).toBeLessThan(0.001);
});
