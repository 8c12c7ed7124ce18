import { expect, test } from "vitest";
import { planCommand } from "$/account/planCommand";

const PLANS = ["free", "pro", "home"].map((name) => ({ name }));
const ADA = "ada@example.org";

test("the command names the account, and the plan after the present one", () => {
  expect(planCommand(PLANS, "free", ADA)).toBe(".venv/bin/stripsession plan pro --email ada@example.org");
  expect(planCommand(PLANS, "home", ADA)).toBe(".venv/bin/stripsession plan free --email ada@example.org");
  expect(planCommand(PLANS, undefined, ADA)).toBe(".venv/bin/stripsession plan free --email ada@example.org");
});

test("there is no command where there is no other plan", () => {
  expect(planCommand([{ name: "home" }], "home", ADA)).toBe("");
  expect(planCommand([], undefined, ADA)).toBe("");
});

test("an address that a shell would take apart is quoted", () => {
  expect(planCommand(PLANS, "free", "o'neil$(x)@example.org")).toContain("--email 'o'\\''neil$(x)@example.org'");
});
