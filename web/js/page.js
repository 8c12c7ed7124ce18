// Parts of the page that every view uses: elements, announcements, notices, dialogs.

import { textOf } from "./api.js";

const NOTICE_S = 8;

export function byId(id) {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error(`the page has no #${id}`);
  }
  return element;
}

export function copyOf(templateId) {
  return byId(templateId).content.cloneNode(true);
}

// Writes only what changed, so that a screen reader is not told the same twice.
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function setIcon(element, name) {
  element.querySelector("use").setAttribute("href", `#i-${name}`);
}

export function announce(text) {
  setText(byId("announcer"), text);
}

export function notify(text, kind = "error") {
  const notice = document.createElement("p");
  notice.className = `notice ${kind}`;
  notice.setAttribute("role", kind === "error" ? "alert" : "status");
  notice.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "link";
  close.textContent = "Dismiss";
  close.addEventListener("click", () => notice.remove());
  notice.append(close);
  byId("notices").append(notice);
  if (kind !== "error") {
    setTimeout(() => notice.remove(), NOTICE_S * 1000);
  }
}

// A lost session needs no notice: the sign-in view says it.
export function complain(error) {
  if (error.status !== 401) {
    notify(textOf(error));
  }
}

export function clearNotices() {
  byId("notices").replaceChildren();
}

// Whether the person agreed.
export function confirmed({ title, text, yes }) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = yes;
  return new Promise((resolve) => {
    byId("confirm-yes").onclick = () => dialog.close("yes");
    byId("confirm-no").onclick = () => dialog.close("no");
    dialog.returnValue = "";
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
    dialog.showModal();
    byId("confirm-no").focus();
  });
}
