/** Webhooks: where programs of their owner hear of tracks, and what was sent there. */

import { api, told, type Schemas } from "$/api/client";
import { i18n } from "$/i18n/i18n.svelte";

export type Endpoint = Schemas["WebhookEndpoint"];
export type NewEndpoint = Schemas["NewWebhookEndpoint"];
export type Delivery = Schemas["WebhookDelivery"];
export type DeliveryPage = Schemas["WebhookDeliveryPage"];
type Attempt = Schemas["WebhookAttempt"];
export type WebhookEvent = Schemas["WebhookEvent"];

/** In the order in which they are shown. */
export const EVENTS = [
  "track.ready",
  "track.failed",
  "track.created",
  "track.cancelled",
  "track.deleted",
] as const satisfies WebhookEvent[];

const at = (endpoint_id: string): { params: { path: { endpoint_id: string } } } => ({
  params: { path: { endpoint_id } },
});

/** The oldest first. Throws Problem. */
export async function listEndpoints(): Promise<Endpoint[]> {
  return (await told(api.GET("/v1/webhook-endpoints"))).endpoints;
}

/** Throws Problem. */
export async function makeEndpoint(url: string, events: WebhookEvent[]): Promise<NewEndpoint> {
  return told(api.POST("/v1/webhook-endpoints", { body: { url, events } }));
}

/**
 * Turns it on or off. Of an account that was taken back its owner says the address, as they were shown it; of any other it
 * stays as it is by now, which another tab may have changed. Throws Problem.
 */
export async function enableEndpoint(
  { endpoint_id, url, disabled_reason }: Endpoint,
  enabled: boolean,
): Promise<Endpoint> {
  const body = enabled && disabled_reason === "reclaimed" ? { enabled, url } : { enabled };
  return told(api.PATCH("/v1/webhook-endpoints/{endpoint_id}", { ...at(endpoint_id), body }));
}

/** Throws Problem. */
export async function removeEndpoint(endpoint_id: string): Promise<void> {
  await api.DELETE("/v1/webhook-endpoints/{endpoint_id}", at(endpoint_id));
}

/** Throws Problem. */
export async function rotateSecret(endpoint_id: string): Promise<NewEndpoint> {
  return told(api.POST("/v1/webhook-endpoints/{endpoint_id}/secret", at(endpoint_id)));
}

/** Throws Problem. */
export async function sendTest(endpoint_id: string): Promise<Delivery> {
  return told(api.POST("/v1/webhook-endpoints/{endpoint_id}/test", at(endpoint_id)));
}

/** The newest first, from a page's cursor on. Throws Problem. */
export async function listDeliveries(endpoint_id: string, cursor: string): Promise<DeliveryPage> {
  return told(
    api.GET("/v1/webhook-endpoints/{endpoint_id}/deliveries", {
      params: { path: { endpoint_id }, query: { limit: 20, ...(cursor && { cursor }) } },
    }),
  );
}

/** Throws Problem. */
export async function replay(endpoint_id: string, delivery_id: string): Promise<Delivery> {
  return told(
    api.POST("/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/replay", {
      params: { path: { endpoint_id, delivery_id } },
    }),
  );
}

/** What came of a try: the answer's status or what was wrong, and how long it took. */
export function attemptText({ http_status, fault, duration_ms }: Attempt): string {
  const { answered, faults } = i18n.m.webhooks;
  const came = http_status === null ? faults[fault ?? "unspecified"] : answered(http_status);
  return `${came} (${duration_ms.toLocaleString(i18n.locale)} ms)`;
}

/** The word of an event as people read it; the word itself for one that is newer than this page. */
export function eventText(event: string): string {
  const known: Record<string, string> = i18n.m.webhooks.events;
  return (Object.hasOwn(known, event) ? known[event] : undefined) ?? event;
}
