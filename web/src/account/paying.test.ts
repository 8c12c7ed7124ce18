import { describe, expect, it } from "vitest";
import { amount, cardName, stepOf } from "$/account/paying";
import type { Payments, Price } from "$/state/payments.svelte";

const now: Payments = {
  is_set_up: true,
  is_test: true,
  state: "active",
  plan: "pro",
  next_plan: null,
  paid_until: null,
  usable_until: null,
  card: null,
};
const pro: Price = {
  price: "pro_monthly",
  plan: "pro",
  pack: null,
  amount: 1200,
  currency: "usd",
  interval: "month",
  trial_days: 0,
};
const studio: Price = { ...pro, price: "studio_monthly", plan: "studio" };
const hour: Price = { ...pro, price: "hour", plan: null, pack: "hour", interval: null };

describe("what a press on a price does", () => {
  it("chooses where there is no subscription, and changes one that there is", () => {
    expect(stepOf({ ...now, state: "none", plan: null }, pro)).toBe("choose");
    expect(stepOf(now, studio)).toBe("change");
    expect(stepOf(now, pro)).toBe("none");
  });

  it("takes a change back before it counts, and not twice", () => {
    const going = { ...now, plan: "studio", next_plan: "pro" };
    expect(stepOf(going, studio)).toBe("change");
    expect(stepOf(going, pro)).toBe("none");
  });

  it("buys packs always, and no plan over one that is not paid", () => {
    expect(stepOf(now, hour)).toBe("choose");
    expect(stepOf({ ...now, state: "lapsed", plan: null }, studio)).toBe("none");
    expect(stepOf({ ...now, is_set_up: false }, hour)).toBe("none");
  });
});

describe("amounts", () => {
  it("are written as the reader's language does, in the parts that the currency has", () => {
    expect(amount("en", { amount: 1250, currency: "usd" })).toBe("$12.50");
    expect(amount("en", { amount: 1250, currency: "jpy" })).toBe("¥1,250");
    expect(amount("de", { amount: 1250, currency: "eur" })).toBe("12,50\u00a0€");
  });
});

describe("a card", () => {
  it("is called as its network calls itself", () => {
    expect(["visa", "mastercard", "amex", "unionpay", "link"].map(cardName)).toEqual([
      "Visa",
      "Mastercard",
      "American Express",
      "UnionPay",
      "Link",
    ]);
  });
});
