import { describe, expect, it } from "vitest";
import { qrPath } from "$/account/qrPath";

describe("a QR code", () => {
  it("is a rectangle for each run of dark modules", () => {
    expect(qrPath(["110", "000", "101"])).toBe("M0 0h2v1h-2zM0 2h1v1h-1zM2 2h1v1h-1z");
    expect(qrPath([])).toBe("");
  });
});
