/** Passkeys as browsers have them: the server asks and is answered in JSON, the browser in bytes. */

export type Json = Record<string, unknown>;

/** What the person is told when the browser gives nothing. */
export type Mishap = "cancelled" | "known" | "otherName" | "unable";

/** Absent in old browsers, and in every one on plain http to another machine. */
export const hasPasskeys = (): boolean => typeof globalThis.PublicKeyCredential === "function";

/** Whether the fields of a form can offer them. */
export async function hasAutofill(): Promise<boolean> {
  return hasPasskeys() && Boolean(await PublicKeyCredential.isConditionalMediationAvailable?.());
}

/** A bare address has none: passkeys are bound to names. */
export const isAddress = (host: string): boolean => host.startsWith("[") || /^[\d.]+$/.test(host);

/** Whether a page under this host may ask for passkeys of that name. */
export const isUnder = (host: string, name: string): boolean => host === name || host.endsWith(`.${name}`);

interface Described {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

const described = (known: unknown): PublicKeyCredentialDescriptor[] =>
  ((known ?? []) as Described[]).map((each) => ({ ...each, id: bytesOf(each.id) }));

/** Of PublicKeyCredentialCreationOptionsJSON. */
export function creationOf(options: Json): PublicKeyCredentialCreationOptions {
  const asked = options as Json & { challenge: string; user: Json & { id: string } };
  return {
    ...asked,
    challenge: bytesOf(asked.challenge),
    user: { ...asked.user, id: bytesOf(asked.user.id) },
    excludeCredentials: described(asked["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
}

/** Of PublicKeyCredentialRequestOptionsJSON. */
export function requestOf(options: Json): PublicKeyCredentialRequestOptions {
  const asked = options as Json & { challenge: string };
  return {
    ...asked,
    challenge: bytesOf(asked.challenge),
    allowCredentials: described(asked["allowCredentials"]),
  };
}

/** RegistrationResponseJSON or AuthenticationResponseJSON: what `toJSON()` gives, which some browsers lack. */
export function answerOf({ id, rawId, type, response }: PublicKeyCredential): Json {
  const told: Json = { clientDataJSON: textOf(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    told["attestationObject"] = textOf(response.attestationObject);
    told["transports"] = response.getTransports?.() ?? [];
  } else {
    const { authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
    told["authenticatorData"] = textOf(authenticatorData);
    told["signature"] = textOf(signature);
    told["userHandle"] = userHandle ? textOf(userHandle) : null;
  }
  return { id, rawId: textOf(rawId), type, response: told };
}

/** Null for what is no refusal of the browser's. */
export function mishapOf(error: unknown): Mishap | null {
  const mishaps: Record<string, Mishap> = {
    AbortError: "cancelled",
    // Whoever says no, has no such passkey or takes too long: the browser does not tell which.
    NotAllowedError: "cancelled",
    InvalidStateError: "known",
    SecurityError: "otherName",
    ConstraintError: "unable",
    NotSupportedError: "unable",
  };
  return error instanceof DOMException ? (mishaps[error.name] ?? null) : null;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
