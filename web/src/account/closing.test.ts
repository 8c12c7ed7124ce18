import { describe, expect, it } from "vitest";
import { answeredAt_ms, isTyped, namedIn, stateAt, windowText } from "$/account/closing";

describe("the time in which a closing can be taken back", () => {
  it("is said in the largest unit that it fills", () => {
    expect(windowText(604_800)).toBe("7 days");
    expect(windowText(86_400)).toBe("1 day");
    expect(windowText(7_200)).toBe("2 hours");
    expect(windowText(1)).toBe("1 minute");
    expect(windowText(36 * 3600)).toBe("1 day");
    expect(windowText(5_400)).toBe("1 hour");
    expect(windowText(119)).toBe("1 minute");
  });
});

describe("the word that confirms", () => {
  it("is taken however it is written, and no other is", () => {
    expect(isTyped(" Erase ", "erase")).toBe(true);
    expect(isTyped("LÖSCHEN", "löschen")).toBe(true);
    for (const other of ["", "eras", "erase it"]) {
      expect(isTyped(other, "erase")).toBe(false);
    }
  });
});

describe("parts and kinds that a newer server names", () => {
  it("are told by its own word", () => {
    expect(namedIn({ auth: "Account" }, "auth")).toBe("Account");
    expect(namedIn({}, "usage_events")).toBe("usage events");
    expect(namedIn({}, "constructor")).toBe("constructor");
  });
});

describe("a closing that is followed", () => {
  const due_at = "2030-05-11T09:30:00.000Z";
  const due_ms = Date.parse(due_at);

  it("is under way from the moment on in which it is due", () => {
    expect(stateAt({ state: "waiting", due_at }, due_ms - 1)).toBe("waiting");
    expect(stateAt({ state: "waiting", due_at }, due_ms)).toBe("erasing");
  });

  it("is judged by the server's clock, to the end of the second that it tells, and else by the device's", () => {
    const answer = (headers: Record<string, string>): Response => new Response("{}", { headers });
    expect(answeredAt_ms(answer({ Date: "Sat, 11 May 2030 09:30:00 GMT" }))).toBe(due_ms + 999);
    const before_ms = Date.now();
    for (const headers of [{}, { Date: "yesterday" }]) {
      expect(answeredAt_ms(answer(headers as Record<string, string>))).toBeGreaterThanOrEqual(before_ms);
    }
  });

  it("is as the server says where that is more", () => {
    for (const state of ["withdrawn", "over", "unspecified"] as const) {
      expect(stateAt({ state, due_at }, due_ms)).toBe(state);
    }
  });
});
