import { afterEach, describe, expect, test } from "vitest";
import type { Schemas } from "$/api/client";
import { de } from "$/i18n/de/index";
import { en } from "$/i18n/en/index";
import { i18n } from "$/i18n/i18n.svelte";
import { heardLine, keyName, reportLines } from "$/player/report";

const ANALYSIS: Schemas["Analysis"] = {
  tempo_bpm: 92.04,
  tempo_confidence: 0.6,
  key: "F# minor",
  key_confidence: 0.8,
  integrated_lufs: -14.2,
  loudness_range_lu: 6.1,
  true_peak_dbtp: -0.3,
};

const REPORT: Schemas["Report"] = {
  sum: { differing_samples: 0, difference_max: 0 },
  alignment: { offset_samples: 0, total_samples: 12_000_000, sample_rate_hz: 44_100, channels: 2, depth_bits: 16 },
  clipping: {
    upload_samples: 12,
    stems: [
      { stem: "drums", samples: 3 },
      { stem: "bass", samples: 0 },
    ],
  },
  model: { name: "quartet", version: "1", weights_sha256: "ab12" },
  model_residual_db: -31.5,
  unsound_values: 0,
  decoder_warnings: [],
  device: "cpu",
  engine_s: 3.14,
  worker_s: 4,
  attempts: 2,
  accepted_at: "2026-01-01T00:00:00Z",
  first_segment_at: "2026-01-01T00:00:00Z",
  finished_at: "2026-01-01T00:00:00Z",
};

describe("what was heard", () => {
  test("is one line", () => {
    expect(heardLine(ANALYSIS)).toBe("92 BPM · F♯ minor · −14.2 LUFS");
  });

  test("leaves out what is not known", () => {
    expect(heardLine({ ...ANALYSIS, tempo_bpm: null, integrated_lufs: null })).toBe("F♯ minor");
    expect(heardLine(null)).toBe("");
  });

  test("of a key moves with the pitch, round the octave", () => {
    expect(keyName("F# minor", -2)).toBe("E minor");
    expect(keyName("C major", -1)).toBe("B major");
    expect(keyName("A minor", 15)).toBe("C minor");
    expect(keyName("H dur", 1)).toBe("");
  });
});

describe("a key's name", () => {
  const TOLD = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
  const ENGLISH = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
  const GERMAN = ["C", "Cis", "D", "Es", "E", "F", "Fis", "G", "As", "A", "B", "H"];

  afterEach(() => {
    i18n.m = en;
  });

  test("is the one that musicians write, for each of the 24 in English and in German", () => {
    const names = (mode: string): string[] => TOLD.map((note) => keyName(`${note} ${mode}`));
    expect(names("major")).toEqual(ENGLISH.map((note) => `${note} major`));
    expect(names("minor")).toEqual(ENGLISH.map((note) => `${note} minor`));
    i18n.m = de;
    expect(names("major")).toEqual(GERMAN.map((note) => `${note}-Dur`));
    expect(names("minor")).toEqual(GERMAN.map((note) => `${note.toLowerCase()}-Moll`));
  });

  test("is spelt in the same way wherever the pitch has moved it", () => {
    expect(TOLD.map((_, semitones) => keyName("C major", semitones))).toEqual(ENGLISH.map((note) => `${note} major`));
    expect(TOLD.map((note, semitones) => keyName(`${note} minor`, -semitones))).toEqual(TOLD.map(() => "C minor"));
  });
});

describe("the report", () => {
  test("says in words what the separation came to", () => {
    expect(Object.fromEntries(reportLines(REPORT, ANALYSIS, "Quartet: vocals, drums, bass and other"))).toMatchObject({
      "Sum of the stems": "equals the upload in every sample",
      Alignment: "starts at sample 0, 12,000,000 samples, 44,100 Hz, stereo, 16 bits",
      "At full scale": "12 samples of the upload; stems: Drums 3",
      Model: "Quartet: vocals, drums, bass and other, on CPU",
      "Name of the model": "quartet, version 1",
      "Left over by the model": "−31.5 dB, spread over the stems",
      "True peak": "−0.3 dBTP, range 6.1 LU",
      Time: "3.1 s of CPU, 4.0 s by the clock, taken up 2 times",
      Weights: "ab12",
    });
  });

  test("says so when the stems are not the upload, and leaves out what was not measured", () => {
    const lines = Object.fromEntries(
      reportLines(
        { ...REPORT, sum: { differing_samples: 1234, difference_max: 1 }, model_residual_db: null },
        null,
        "quartet",
      ),
    );
    expect(lines["Sum of the stems"]).toBe("1,234 samples differ from the upload");
    expect(lines).not.toHaveProperty("Left over by the model");
    expect(lines).not.toHaveProperty("True peak");
  });

  test("counts one sample as one", () => {
    const of = (text: typeof i18n.m): string => {
      i18n.m = text;
      const sum = { differing_samples: 1, difference_max: 1 };
      return reportLines({ ...REPORT, sum }, null, "quartet")[0]![1];
    };
    expect([of(en), of(de)]).toEqual(["1 sample differs from the upload", "1 Abtastwert weicht von der Datei ab"]);
  });
});
