// One resumable upload by tus 1.0: create, append, ask how far after a failure, go on; also after a reload.

import { Problem, pause, problemOf, refreshSession, request, unreachable } from "./api.js";

const VERSION = { "Tus-Resumable": "1.0.0" };
const CHUNK_BYTES = 8 * 1024 * 1024;
const FAILURES_MAX = 8;
const WAIT_S_MAX = 20;
const REMEMBERED = "stripsession.upload.";

// Enough to know the same file again without reading it.
export function fingerprint(file) {
  return `${REMEMBERED}${JSON.stringify([file.name, file.size, file.lastModified])}`;
}

export function forget(file) {
  localStorage.removeItem(fingerprint(file));
}

// Names of the files whose upload was broken off by a reload.
export function remembered() {
  return rememberedKeys().map((key) => ({ key, name: JSON.parse(key.slice(REMEMBERED.length))[0] }));
}

export function forgetAll() {
  rememberedKeys().forEach((key) => localStorage.removeItem(key));
}

function rememberedKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(REMEMBERED));
}

export function idOf(url) {
  return decodeURIComponent(url.split("/").pop());
}

// Sends the whole file; gives its upload's path. `onProgress(bytes)`. Throws Problem or the signal's reason.
export async function upload(file, { signal, onProgress }) {
  let { url, offset } = await resumed(file, signal);
  if (!url) {
    url = await create(file, signal);
    offset = 0;
  }
  let failures = 0;
  onProgress(offset);
  while (offset < file.size) {
    try {
      offset = await append(url, file, offset, { signal, onProgress });
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Problem)) {
        throw error;
      }
      failures += 1;
      if (!canGoOn(error) || failures >= FAILURES_MAX) {
        throw error;
      }
      onProgress(offset);
      const stored = await storedAfterFailure(url, error, failures, signal);
      if (stored !== null) {
        failures = stored > offset ? 1 : failures;
        offset = stored;
      }
    }
    onProgress(offset);
  }
  return url;
}

export async function discard(url) {
  await request("DELETE", url, { headers: VERSION });
}

async function resumed(file, signal) {
  const url = localStorage.getItem(fingerprint(file));
  if (url) {
    try {
      return { url, offset: await storedBytes(url, signal) };
    } catch (error) {
      if (!(error instanceof Problem) || error.isTransient) {
        throw error;
      }
      forget(file);
    }
  }
  return { url: null, offset: 0 };
}

async function create(file, signal) {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name.slice(-500))));
  const response = await request("POST", "/v1/uploads", {
    headers: { ...VERSION, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` },
    signal,
  });
  // The path alone: behind a proxy the server may know itself by another name.
  const url = new URL(response.headers.get("Location"), location.href).pathname;
  localStorage.setItem(fingerprint(file), url);
  return url;
}

async function storedBytes(url, signal) {
  const response = await request("HEAD", url, { headers: VERSION, signal });
  return Number(response.headers.get("Upload-Offset"));
}

function canGoOn(problem) {
  return problem.isTransient || [401, 409, 423, 460].includes(problem.status);
}

// How much is stored; null while that cannot be asked.
async function storedAfterFailure(url, problem, failures, signal) {
  if (problem.status === 401) {
    await refreshSession();
  } else if (problem.isTransient) {
    await pause(Math.min(WAIT_S_MAX, problem.retryAfter_s || 2 ** (failures - 1)), signal);
  }
  try {
    return await storedBytes(url, signal);
  } catch (error) {
    if (error instanceof Problem && error.isTransient) {
      return null;
    }
    throw error;
  }
}

// fetch tells nothing of how much of a body has gone; XMLHttpRequest does.
function append(url, file, offset, { signal, onProgress }) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const stop = () => sending.abort();
    sending.open("PATCH", url);
    sending.setRequestHeader("Tus-Resumable", VERSION["Tus-Resumable"]);
    sending.setRequestHeader("Upload-Offset", String(offset));
    sending.setRequestHeader("Content-Type", "application/offset+octet-stream");
    sending.upload.onprogress = (event) => onProgress(Math.min(file.size, offset + event.loaded));
    sending.onabort = () => reject(signal.reason);
    sending.onerror = () => reject(unreachable());
    sending.onloadend = () => signal.removeEventListener("abort", stop);
    sending.onload = async () => {
      if (sending.status === 204 || sending.status === 200) {
        resolve(Number(sending.getResponseHeader("Upload-Offset")));
      } else {
        reject(await problemOf(sending.status, sending.responseText, sending.getResponseHeader("Retry-After")));
      }
    };
    signal.addEventListener("abort", stop);
    sending.send(file.slice(offset, offset + CHUNK_BYTES));
  });
}
