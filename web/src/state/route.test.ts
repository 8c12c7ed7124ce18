import { describe, expect, it } from "vitest";
import { routeOf } from "$/state/route.svelte";

describe("the address of a link in a mail", () => {
  it("says what the link does, and its code until that is taken out of the address", () => {
    const code = "vTg5hN2kR7wY4jD8fM1pSx6a_-";
    for (const act of ["reset", "verify", "confirm"]) {
      expect(routeOf(`#/${act}/${code}`)).toEqual({ view: "mailed", act, code });
      expect(routeOf(`#/${act}`)).toEqual({ view: "mailed", act, code: "" });
    }
    expect(routeOf("#/forgot")).toEqual({ view: "forgot" });
  });

  it("says what came of a provider, in a word of the server's or none", () => {
    expect(routeOf("#/arrived")).toEqual({ view: "arrived", isConnecting: false, fault: "" });
    expect(routeOf("#/arrived/connect")).toEqual({ view: "arrived", isConnecting: true, fault: "" });
    const denied = { view: "arrived", isConnecting: false, fault: "PROVIDER_DENIED" };
    expect(routeOf("#/arrived/PROVIDER_DENIED")).toEqual(denied);
    expect(routeOf("#/arrived/<b>").view).toBe("library");
  });

  it("is none where anything else stands in it", () => {
    for (const hash of ["#/reset/a/b", "#/verify/%20", "#/confirmed", "#/forgotten/x"]) {
      expect(routeOf(hash).view).toBe("library");
    }
  });
});

describe("the address that follows a closing", () => {
  it("holds its token, behind the #", () => {
    const token = "vTg5hN2kR7wY4jD8fM1pSx6a_-";
    expect(routeOf(`#/closing/${token}`)).toEqual({ view: "closing", token });
    expect(routeOf("#/closing").view).toBe("library");
    expect(routeOf("#/closing/a/b").view).toBe("library");
  });
});

describe("the address of the privacy policy", () => {
  it("names one of its clauses, or none", () => {
    expect(routeOf("#/privacy")).toEqual({ view: "policy", clause: "" });
    expect(routeOf("#/privacy/4.2")).toEqual({ view: "policy", clause: "4.2" });
    expect(routeOf("#/privacy/14")).toEqual({ view: "policy", clause: "14" });
    expect(routeOf("#/privacy/<b>").view).toBe("library");
  });
});
