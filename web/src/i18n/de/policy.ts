import type { policy as english } from "$/i18n/en/policy";

export const policy: typeof english = {
  bar: "Eine neue Fassung der Datenschutzerklärung",
  asked: (version) => `Fassung ${version} der Datenschutzerklärung gilt.`,
  coming: (version, day) => `Fassung ${version} der Datenschutzerklärung gilt ab dem ${day}.`,
  read: "Lesen",
  accept: "Annehmen",
  acceptIt: (version) => `Fassung ${version} annehmen`,
  later: "Nicht jetzt",
  seen: "Verstanden",
  title: "Angenommene Datenschutzerklärung",
  version: (version) => `Fassung ${version}`,
  signedUp: (day) => `angenommen mit der Registrierung am ${day}`,
  accepted: (day) => `angenommen am ${day}`,
  none: "Für dieses Konto wurde noch keine Fassung angenommen.",
  signingUp: "Mit dem Konto nimmst du diese Erklärung an:",
};
