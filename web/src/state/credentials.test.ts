import { describe, expect, it } from "vitest";
import { faultOf } from "$/state/credentials";

const entered = { email: "ada@example.org", password: "a long passphrase", isOfAge: true };

describe("what keeps the entry form from being sent", () => {
  it("is an address without a name, a sign or a place", () => {
    for (const email of ["", "ada", "ada@", "@example.org", "ada lovelace@example.org"]) {
      expect(faultOf("signIn", { ...entered, email })).toBe("needEmail");
    }
    expect(faultOf("signIn", { ...entered, email: "  ada@example.org " })).toBeNull();
  });

  it("is a missing password, whatever is done", () => {
    expect(faultOf("signIn", { ...entered, password: "" })).toBe("needPassword");
    expect(faultOf("signUp", { ...entered, password: "" })).toBe("needPassword");
  });

  it("is a password of fewer than eight characters at sign-up, counted as the server counts", () => {
    expect(faultOf("signUp", { ...entered, password: "sevench" })).toBe("needLongerPassword");
    expect(faultOf("signUp", { ...entered, password: "🎸🎸🎸🎸" })).toBe("needLongerPassword");
    expect(faultOf("signUp", { ...entered, password: "eightchr" })).toBeNull();
    expect(faultOf("signIn", { ...entered, password: "short" })).toBeNull();
  });

  it("is the age that nobody stated, at sign-up alone", () => {
    expect(faultOf("signUp", { ...entered, isOfAge: false })).toBe("needAge");
    expect(faultOf("signIn", { ...entered, isOfAge: false })).toBeNull();
  });
});
