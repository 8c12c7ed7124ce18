/** Passkeys that are shown: to sign in, by the button or among what the browser fills in, and to prove who one is. */

import { api, told, unsigned } from "$/api/client";
import { answerOf, isUnder, requestOf, type Json } from "$/state/webauthn";

/** A question is answered within five minutes; one that waits in a form is asked anew before. */
export const RENEW_MS = 240_000;

/** What the browser answers. Throws Problem, the browser's DOMException, or AbortError when `signal` takes it back. */
export async function askForPasskey(mediation: "optional" | "conditional", signal: AbortSignal): Promise<Json> {
  const { options } = await told(api.POST("/v1/auth/passkey/options", { headers: unsigned, signal }));
  return answered(options, mediation, signal);
}

/** What the browser answers of whoever is signed in, for stepUp. Throws as `askForPasskey`. */
export async function askForProof(signal: AbortSignal): Promise<Json> {
  const { options } = await told(api.POST("/v1/auth/step-up/options", { signal }));
  return answered(options, "optional", signal);
}

async function answered(options: Json, mediation: CredentialMediationRequirement, signal: AbortSignal): Promise<Json> {
  const { rpId } = options as Json & { rpId: string };
  if (!isUnder(location.hostname, rpId)) {
    throw new DOMException(rpId, "SecurityError");
  }
  const asked = { publicKey: requestOf(options), mediation, signal };
  return answerOf((await navigator.credentials.get(asked)) as PublicKeyCredential);
}

/**
 * Lets the form offer passkeys until `signal` is aborted or there are none, and gives the one that was chosen.
 * Undefined where it offers none any more.
 */
export async function offeredPasskey(signal: AbortSignal): Promise<Json | undefined> {
  while (!signal.aborted) {
    await untilSeen(signal);
    const turn = new AbortController();
    const stop = (): void => turn.abort();
    signal.addEventListener("abort", stop);
    const timer = setTimeout(stop, RENEW_MS);
    try {
      return await askForPasskey("conditional", turn.signal);
    } catch {
      if (!turn.signal.aborted) {
        // Without passkeys, or the server away: the password and the button are there.
        return undefined;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }
  return undefined;
}

/** A page that nobody sees asks for nothing. */
async function untilSeen(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted) {
    await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true });
      signal.addEventListener("abort", resolve, { once: true });
    });
  }
}
