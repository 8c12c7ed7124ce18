// What was heard in a song, and what its separation came to, in words.

import { shortMoment, stemName } from "./text.js";

const MINUS = "\u2212";

function signed(number) {
  return number.toFixed(1).replace("-", MINUS);
}

// For example "92 BPM · A minor · −14.2 LUFS"; what is not known is left out.
export function heardLine(analysis) {
  if (!analysis) {
    return "";
  }
  const parts = [];
  if (analysis.tempo_bpm !== null) {
    parts.push(`${Math.round(analysis.tempo_bpm)} BPM`);
  }
  if (analysis.key) {
    parts.push(analysis.key.replace("#", "♯"));
  }
  if (analysis.integrated_lufs !== null) {
    parts.push(`${signed(analysis.integrated_lufs)} LUFS`);
  }
  return parts.join(" · ");
}

// A CPU tells what it took; a GPU is counted by the clock while it has a part of the song, and so is its queue.
function engineTime(report) {
  const seconds = report.engine_s.toFixed(1);
  return report.device === "cpu" ? `${seconds} s of CPU` : `${seconds} s at the ${report.device.toUpperCase()}, queue included`;
}

// Pairs of a term and what is true of it.
export function reportLines(report, analysis) {
  const { sum, alignment, clipping, model } = report;
  const clipped = clipping.stems.filter((stem) => stem.samples).map((stem) => `${stemName(stem.stem)} ${stem.samples.toLocaleString()}`);
  const lines = [
    ["Sum of the stems", sum.differing_samples ? `${sum.differing_samples.toLocaleString()} samples differ from the upload` : "equals the upload in every sample"],
    ["Alignment", `starts at sample ${alignment.offset_samples}, ${alignment.total_samples.toLocaleString()} samples, ${alignment.sample_rate_hz.toLocaleString()} Hz, ${alignment.channels === 1 ? "mono" : "stereo"}, ${alignment.depth_bits} bits`],
    ["At full scale", `${clipping.upload_samples.toLocaleString()} samples of the upload; stems: ${clipped.join(", ") || "none"}`],
    ["Model", `${model.name} ${model.version}, on ${report.device.toUpperCase()}`],
  ];
  if (report.model_residual_db !== null) {
    lines.push(["Left over by the model", `${signed(report.model_residual_db)} dB, spread over the stems`]);
  }
  if (report.unsound_values) {
    lines.push(["Values replaced", report.unsound_values.toLocaleString()]);
  }
  if (analysis?.true_peak_dbtp != null) {
    const range = analysis.loudness_range_lu === null ? "" : `, range ${analysis.loudness_range_lu.toFixed(1)} LU`;
    lines.push(["True peak", `${signed(analysis.true_peak_dbtp)} dBTP${range}`]);
  }
  const tries = report.attempts > 1 ? `, taken up ${report.attempts} times` : "";
  lines.push(["Time", `${engineTime(report)}, ${report.worker_s.toFixed(1)} s by the clock${tries}`]);
  lines.push(["Done", shortMoment(report.finished_at)]);
  if (model.weights_sha256) {
    lines.push(["Weights", model.weights_sha256]);
  }
  return lines;
}
