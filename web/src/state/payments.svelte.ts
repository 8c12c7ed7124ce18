/** What is paid for, what could be, and what was asked for it. */

import { api, told, type Schemas } from "$/api/client";
import { textOf } from "$/api/words";
import { TAB } from "$/browser/names";
import { digestOf } from "$/state/digest";
import { tabShelf } from "$/state/shelf";
import { readUsage, usage } from "$/state/usage.svelte";

export type Payments = Schemas["Payments"];
export type Price = Schemas["OfferPrice"];

export const payments = $state<{
  now: Payments | null;
  prices: Price[];
  problem: string;
  /** Counts the payments that arrived while this page is open. */
  arrivals: number;
}>({ now: null, prices: [], problem: "", arrivals: 0 });

const BEFORE = TAB.beforePayment;
let readings = 0;

/** What was read last wins. Where nothing can be bought, no price is asked for. */
export async function readPayments(): Promise<void> {
  const reading = (readings += 1);
  try {
    const now = await told(api.GET("/v1/billing/payments"));
    const prices = now.is_set_up ? (await told(api.GET("/v1/billing/prices"))).prices : [];
    if (reading === readings) {
      Object.assign(payments, { now, prices, problem: "" });
    }
  } catch (error) {
    if (reading === readings) {
      payments.problem = textOf(error);
    }
  }
}

export function forgetPayments(): void {
  readings += 1;
  tabShelf.remove(BEFORE);
  Object.assign(payments, { now: null, prices: [], problem: "", arrivals: 0 });
}

/** What changes when a payment arrives, read anew; a digest, as it is kept while the person is away, and names a card. */
export async function seen(): Promise<string> {
  await Promise.all([readPayments(), readUsage()]);
  return digestOf(JSON.stringify([payments.now, usage.now?.left_s]));
}

/** The same as it was before this tab went to pay, told once. */
export function seenBefore(): string | null {
  const before = tabShelf.read(BEFORE);
  tabShelf.remove(BEFORE);
  return before;
}

/** Away to the provider's page for it. Throws Problem. */
export async function checkout(price: string): Promise<void> {
  const params = { header: { "Idempotency-Key": crypto.randomUUID() } };
  const { url } = await told(api.POST("/v1/billing/checkout", { params, body: { price } }));
  // The payment may be here before the person is back.
  tabShelf.write(BEFORE, await seen());
  location.assign(url);
}

/** Away to the provider's page for card and address. Throws Problem. */
export async function openPortal(): Promise<void> {
  const { url } = await told(api.POST("/v1/billing/portal"));
  location.assign(url);
}

/** Throws Problem. */
export async function changePlan(price: string): Promise<void> {
  await changed(told(api.POST("/v1/billing/change", { body: { price } })));
}

/** Throws Problem. */
export async function setEnding(isEnding: boolean): Promise<void> {
  await changed(told(isEnding ? api.POST("/v1/billing/cancel") : api.POST("/v1/billing/resume")));
}

async function changed(answer: Promise<Payments>): Promise<void> {
  const now = await answer;
  readings += 1;
  payments.now = now;
  await readUsage();
}
