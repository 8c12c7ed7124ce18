/** What was heard in a song, and what its separation came to, in words. */

import type { Schemas } from "$/api/client";
import { i18n } from "$/i18n/i18n.svelte";
import { NOTES } from "$/i18n/notes";
import { shortMoment, signed, stemName } from "$/state/text";

type Analysis = Schemas["Analysis"];
type Report = Schemas["Report"];

/** For example "92 BPM · A minor · −14.2 LUFS"; what is not known is left out. */
export function heardLine(analysis: Analysis | null): string {
  const { player } = i18n.m;
  const parts = [
    analysis?.tempo_bpm != null && player.bpm(String(Math.round(analysis.tempo_bpm))),
    analysis?.key && keyName(analysis.key),
    analysis?.integrated_lufs != null && player.lufs(level(analysis.integrated_lufs)),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** The name of a key such as "F# minor" or "Eb major", so many semitones from there; as it was told when it is none of the usual. */
export function keyName(key: string, semitones = 0): string {
  const [note, mode] = key
    .replace(/^([A-G])#/, "$1♯")
    .replace(/^([A-G])b/, "$1♭")
    .split(" ");
  const at = NOTES.findIndex((known) => known === note);
  if (at < 0 || (mode !== "major" && mode !== "minor")) {
    return semitones ? "" : key;
  }
  return i18n.m.player.key(NOTES[(((at + semitones) % 12) + 12) % 12]!, mode);
}

/** Pairs of a term and what is true of it. The model stands there as people know it, and by its very name further down. */
export function reportLines(
  report: Report,
  analysis: Analysis | null,
  modelTitle: string,
): [term: string, truth: string][] {
  const words = i18n.m.player.report;
  const { sum, model } = report;
  const lines: [string, string][] = [
    [
      words.sum,
      sum.differing_samples ? words.sumDiffers(samples(sum.differing_samples), sum.differing_samples) : words.sumEqual,
    ],
    [words.alignment, alignmentOf(report)],
    [words.fullScale, words.clipped(samples(report.clipping.upload_samples), clippedStems(report))],
    [words.model, words.modelOn(modelTitle, report.device.toUpperCase())],
  ];
  if (report.model_residual_db !== null) {
    lines.push([words.residual, words.residualSpread(level(report.model_residual_db))]);
  }
  if (report.unsound_values) {
    lines.push([words.unsound, whole(report.unsound_values)]);
  }
  if (analysis?.true_peak_dbtp != null) {
    const range = analysis.loudness_range_lu;
    lines.push([
      words.truePeak,
      words.truePeakOf(level(analysis.true_peak_dbtp), range === null ? null : tenth(range)),
    ]);
  }
  lines.push([words.time, timeOf(report)], [words.done, shortMoment(report.finished_at)]);
  lines.push([words.modelName, words.modelVersion(model.name, model.version)]);
  if (model.weights_sha256) {
    lines.push([words.weights, model.weights_sha256]);
  }
  return lines;
}

function alignmentOf({ alignment }: Report): string {
  const words = i18n.m.player.report;
  return words.aligned(
    whole(alignment.offset_samples),
    samples(alignment.total_samples),
    whole(alignment.sample_rate_hz),
    alignment.channels === 1 ? words.mono : words.stereo,
    alignment.depth_bits,
  );
}

function clippedStems({ clipping }: Report): string {
  const clipped = clipping.stems.filter((stem) => stem.samples);
  return clipped.map((stem) => `${stemName(stem.stem)} ${whole(stem.samples)}`).join(", ") || i18n.m.player.report.none;
}

/** A CPU tells what it took; a GPU is counted by the clock while it has a part of the song, and so is its queue. */
function timeOf(report: Report): string {
  const words = i18n.m.player.report;
  const seconds = tenth(report.engine_s);
  const engine = report.device === "cpu" ? words.onCpu(seconds) : words.onDevice(seconds, report.device.toUpperCase());
  const time = words.byClock(engine, tenth(report.worker_s));
  return report.attempts > 1 ? `${time}, ${words.attempts(report.attempts)}` : time;
}

function samples(count: number): string {
  return i18n.m.player.report.samples(whole(count), count);
}

function whole(number: number): string {
  return number.toLocaleString(i18n.locale);
}

function tenth(number: number): string {
  return number.toLocaleString(i18n.locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** Of a scale whose whole is 0. */
function level(level_db: number): string {
  return signed(level_db, { places: 1 });
}
