/** Passkeys: what their owner does with them. */

import { api, told, type Schemas } from "$/api/client";
import { i18n } from "$/i18n/i18n.svelte";
import { answerOf, creationOf, isUnder, type Json } from "$/state/webauthn";

export type Passkey = Schemas["Passkey"];
export const NAME_CHARACTERS_MAX = 100;

/** Newest first, and whether more can be had here. Throws Problem. */
export async function listPasskeys(): Promise<Schemas["PasskeyList"]> {
  return told(api.GET("/v1/auth/passkeys"));
}

/** Throws Problem, or the DOMException of a browser that made none. */
export async function addPasskey(name: string): Promise<Passkey> {
  const { options } = await told(api.POST("/v1/auth/passkeys/options"));
  const { rp } = options as Json & { rp: { id: string } };
  if (!isUnder(location.hostname, rp.id)) {
    throw new DOMException(rp.id, "SecurityError");
  }
  const made = (await navigator.credentials.create({ publicKey: creationOf(options) })) as PublicKeyCredential;
  const body = { name, credential: answerOf(made), language: i18n.locale };
  return told(api.POST("/v1/auth/passkeys", { body }));
}

/** Throws Problem. */
export async function renamePasskey(passkey_id: string, name: string): Promise<void> {
  await api.PATCH("/v1/auth/passkeys/{passkey_id}", { params: { path: { passkey_id } }, body: { name } });
}

/** Throws Problem. */
export async function removePasskey(passkey_id: string): Promise<void> {
  const params = { path: { passkey_id }, query: { language: i18n.locale } };
  await api.DELETE("/v1/auth/passkeys/{passkey_id}", { params });
}
