/** Light or dark: the listener's choice, else the system's. */

import { LOCAL } from "$/browser/names";
import { shelf } from "$/state/shelf";

export type Choice = "system" | "light" | "dark";

const CHOSEN = LOCAL.theme;

export const theme = $state<{ choice: Choice; shown: "light" | "dark" }>({ choice: "system", shown: "light" });

let system: MediaQueryList;

export function beginTheme(): void {
  system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", show);
  const chosen = shelf.read(CHOSEN);
  theme.choice = chosen === "light" || chosen === "dark" ? chosen : "system";
  show();
}

export function chooseTheme(choice: Choice): void {
  theme.choice = choice;
  shelf.write(CHOSEN, choice);
  show();
}

function show(): void {
  const isDark = theme.choice === "system" ? system.matches : theme.choice === "dark";
  theme.shown = isDark ? "dark" : "light";
  const root = document.documentElement;
  root.dataset["theme"] = theme.shown;
  // What the browser paints around the page is its ground too.
  const ground = getComputedStyle(root).getPropertyValue("--ground").trim();
  document.querySelectorAll("meta[name=theme-color]").forEach((meta) => meta.setAttribute("content", ground));
}
