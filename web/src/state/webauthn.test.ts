import { beforeEach, describe, expect, it, vi } from "vitest";
import { answerOf, creationOf, hasPasskeys, isAddress, isUnder, mishapOf, requestOf } from "$/state/webauthn";

class Attested {}
const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer;

describe("passkeys of the browser", () => {
  beforeEach(() => vi.stubGlobal("AuthenticatorAttestationResponse", Attested));

  it("are asked for in bytes, for all that the server asks for", () => {
    const asked = creationOf({
      rp: { id: "us.example", name: "StripSession" },
      user: { id: "-_8", name: "ada@example.org", displayName: "Ada" },
      challenge: "AAEC",
      attestation: "none",
      excludeCredentials: [{ id: "_w", type: "public-key", transports: ["internal"] }],
    });
    expect(asked.user).toEqual({ id: Uint8Array.of(0xfb, 0xff), name: "ada@example.org", displayName: "Ada" });
    expect(asked.challenge).toEqual(Uint8Array.of(0, 1, 2));
    expect(asked.attestation).toBe("none");
    expect(asked.excludeCredentials).toEqual([
      { id: Uint8Array.of(0xff), type: "public-key", transports: ["internal"] },
    ]);
    expect(requestOf({ challenge: "AAEC", rpId: "us.example" })).toEqual({
      challenge: Uint8Array.of(0, 1, 2),
      rpId: "us.example",
      allowCredentials: [],
    });
  });

  it("are answered in text, also where the browser cannot write it itself", () => {
    const made = Object.assign(new Attested(), {
      clientDataJSON: bytes(1),
      attestationObject: bytes(0xfb, 0xff),
      getTransports: () => ["hybrid"],
    });
    const of = (response: object): PublicKeyCredential =>
      ({ id: "_w", rawId: bytes(0xff), type: "public-key", response }) as unknown as PublicKeyCredential;
    expect(answerOf(of(made))).toEqual({
      id: "_w",
      rawId: "_w",
      type: "public-key",
      response: { clientDataJSON: "AQ", attestationObject: "-_8", transports: ["hybrid"] },
    });
    const used = { clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3), userHandle: null };
    expect(answerOf(of(used))["response"]).toEqual({
      clientDataJSON: "AQ",
      authenticatorData: "Ag",
      signature: "Aw",
      userHandle: null,
    });
  });

  it("are there for names, not for addresses, and for pages under the name", () => {
    expect(hasPasskeys()).toBe(false);
    expect(["127.0.0.1", "[::1]", "localhost", "stems.example.org"].map(isAddress)).toEqual([true, true, false, false]);
    expect(isUnder("www.us.example", "us.example")).toBe(true);
    expect(isUnder("us.example", "us.example")).toBe(true);
    expect(isUnder("badus.example", "us.example")).toBe(false);
  });

  it("tell a person's no from a fault", () => {
    expect(mishapOf(new DOMException("", "NotAllowedError"))).toBe("cancelled");
    expect(mishapOf(new DOMException("", "InvalidStateError"))).toBe("known");
    expect(mishapOf(new DOMException("", "SecurityError"))).toBe("otherName");
    expect(mishapOf(new DOMException("", "DataError"))).toBeNull();
    expect(mishapOf(new TypeError())).toBeNull();
  });
});
