// The download dialog: every stem in every format, and all of them in a zip.

import { paths, request, textOf } from "./api.js";
import { byId } from "./page.js";
import { stemName } from "./text.js";

const FORMATS = ["flac", "wav", "mp3"];

export function showDownloads(track) {
  const dialog = byId("downloads");
  byId("downloads-track").textContent = track.title;
  say("");
  const rows = track.stems.map((stem) =>
    rowOf(stemName(stem), (format) => paths.stem(track.track_id, stem, format)));
  rows.push(rowOf("All stems (zip)", (format) => paths.zip(track.track_id, format)));
  byId("downloads-rows").replaceChildren(...rows);
  byId("downloads-close").onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  };
  dialog.showModal();
}

function rowOf(name, pathOf) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  row.append(head);
  for (const format of FORMATS) {
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
