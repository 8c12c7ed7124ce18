// The download dialog: every stem in every format, all of them in a zip, mixes without and of the voice, a DJ's file.

import { paths, request, textOf } from "./api.js";
import { byId } from "./page.js";
import { stemName } from "./text.js";

const FORMATS = ["flac", "wav", "mp3", "m4a", "opus"];
const STEM_FILE = "stem.mp4";
const STEM_FILE_PARTS = 4;
// Of a song with more stems these keep parts of their own, and all others are summed into the fourth.
const STEM_FILE_KEEPS = ["drums", "bass", "vocals"];

export function showDownloads(track) {
  const dialog = byId("downloads");
  byId("downloads-track").textContent = track.title;
  say("");
  const rows = track.stems.map((stem) =>
    rowOf(stemName(stem), (format) => paths.stem(track.track_id, stem, format)));
  rows.push(rowOf("All stems (zip)", (format) => paths.zip(track.track_id, format)));
  if (track.stems.includes("vocals") && track.stems.length > 2) {
    rows.push(rowOf("Karaoke", (format) => paths.mix(track.track_id, format, "karaoke")));
  }
  if (hasStemFile(track.stems)) {
    rows.push(rowOf("For DJs", (format) => paths.mix(track.track_id, format), [STEM_FILE]));
  }
  byId("downloads-rows").replaceChildren(...rows);
  byId("downloads-close").onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  };
  dialog.showModal();
}

// As the server decides (services/library/media/formats.py): fewer stems than four, or others, make no stem file.
function hasStemFile(stems) {
  return stems.length === STEM_FILE_PARTS
    || (stems.length > STEM_FILE_PARTS && STEM_FILE_KEEPS.every((stem) => stems.includes(stem)));
}

function rowOf(name, pathOf, formats = FORMATS) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  row.append(head);
  for (const format of formats) {
    const link = document.createElement("a");
    link.href = pathOf(format);
    link.download = "";
    link.textContent = format.toUpperCase();
    link.setAttribute("aria-label", `${name}, ${format.toUpperCase()}`);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      save(link.href);
    });
    const cell = document.createElement("td");
    cell.colSpan = formats.length === 1 ? FORMATS.length : 1;
    cell.append(link);
    row.append(cell);
  }
  return row;
}

// A plain link would save a refusal as if it were the file: one byte is asked for first, which also renews the session.
async function save(href) {
  say("");
  try {
    const probe = await request("GET", href, { headers: { Range: "bytes=0-0" } });
    await probe.body?.cancel();
  } catch (error) {
    say(textOf(error));
    return;
  }
  const link = document.createElement("a");
  link.href = href;
  link.download = "";
  link.click();
}

function say(text) {
  const problem = byId("downloads-problem");
  problem.textContent = text;
  problem.hidden = !text;
}
