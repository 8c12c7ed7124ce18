/** What can be done about a plan, by how somebody stands; and amounts as people read them. */

import type { Payments, Price } from "$/state/payments.svelte";

export type Step = "choose" | "change" | "none";

/** What a press on a price does: nothing for what is had already, or follows. */
export function stepOf(now: Payments, price: Price): Step {
  if (!now.is_set_up) {
    return "none";
  }
  if (price.pack) {
    return "choose";
  }
  if (now.state === "none") {
    return "choose";
  }
  const isKept = price.plan === now.plan && !now.next_plan;
  if (now.state === "lapsed" || now.state === "grace" || isKept || price.plan === now.next_plan) {
    return "none";
  }
  return "change";
}

/** An amount in its currency, of which each knows how many parts it has. */
export function amount(locale: string, { amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency: currency.toUpperCase() });
  const places = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** places);
}

/** Of the payment provider's words, those that are not the network's own name with a capital letter before. */
const NETWORKS: Readonly<Record<string, string>> = {
  amex: "American Express",
  cartes_bancaires: "Cartes Bancaires",
  diners: "Diners Club",
  eftpos_au: "eftpos",
  jcb: "JCB",
  unionpay: "UnionPay",
};

/** Whose network a card is of, as its owner reads it on the card. */
export function cardName(type: string): string {
  return NETWORKS[type] ?? type.charAt(0).toUpperCase() + type.slice(1);
}
