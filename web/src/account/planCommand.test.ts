import { expect, test } from "vitest";
import { planCommand } from "$/account/planCommand";

const plan = (name: string, minutes: number): { name: string; seconds_a_month: number } => ({
  name,
  seconds_a_month: minutes * 60,
});
const PLANS = [plan("free", 60), plan("studio", 6_000), plan("pro", 1_000), plan("home", 100_000)];
const ADA = "ada@example.org";

test("the command names the account, and the next larger plan", () => {
  expect(planCommand(PLANS, "free", ADA)).toBe("stripsession plan pro --email ada@example.org");
  expect(planCommand(PLANS, "pro", ADA)).toBe("stripsession plan studio --email ada@example.org");
});

test("it names no plan where none is larger, or where the present one is not known", () => {
  expect(planCommand(PLANS, "home", ADA)).toBe("stripsession plan NAME --email ada@example.org");
  expect(planCommand([...PLANS, plan("twin", 100_000)], "home", ADA)).toContain(" plan NAME ");
  expect(planCommand(PLANS, undefined, ADA)).toContain(" plan NAME ");
  expect(planCommand(PLANS, "withdrawn", ADA)).toContain(" plan NAME ");
});

test("there is no command where there is no other plan", () => {
  expect(planCommand([plan("home", 100_000)], "home", ADA)).toBe("");
  expect(planCommand([], undefined, ADA)).toBe("");
});

test("an address that a shell would take apart is quoted", () => {
  expect(planCommand(PLANS, "free", "o'neil$(x)@example.org")).toContain("--email 'o'\\''neil$(x)@example.org'");
});
