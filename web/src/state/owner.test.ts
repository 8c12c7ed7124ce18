import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { ownerDigest } from "$/state/owner";

afterEach(() => vi.unstubAllGlobals());

test("a person is told by the first 16 hexadecimal digits of a SHA-256 digest", async () => {
  expect(await ownerDigest("usr_1")).toBe(createHash("sha256").update("usr_1").digest("hex").slice(0, 16));
});

test("a browser without a digest of its own tells one person from another all the same", async () => {
  vi.stubGlobal("crypto", {});
  const digests = await Promise.all(["usr_1", "usr_2", "usr_1"].map(ownerDigest));
  expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(digests[0]).toBe(digests[2]);
  expect(digests[0]).not.toBe(digests[1]);
});
