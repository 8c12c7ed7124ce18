import { afterEach, describe, expect, it, vi } from "vitest";
import { prove, proveBy } from "$/api/proving";
import { send } from "$/api/sending";

const refusal = (methods: string): Response =>
  Response.json({ reason: "STEP_UP_REQUIRED", detail: "Show who you are.", facts: { methods } }, { status: 403 });
const act = (): Request => new Request("http://here/v1/api-keys", { method: "POST", body: '{"name":"k"}' });

afterEach(() => vi.unstubAllGlobals());

describe("an act that was refused for want of a proof", () => {
  it("opens one question, and goes on with its whole body once that is answered", async () => {
    const bodies: string[] = [];
    const answers = [refusal("totp recovery_code"), Response.json({ made: true })];
    vi.stubGlobal("fetch", async (request: Request) => {
      bodies.push(await request.text());
      return answers.shift();
    });
    const asked: string[][] = [];
    proveBy((methods) => {
      asked.push([...methods]);
      return Promise.resolve(true);
    });
    expect(await (await send(act())).json()).toEqual({ made: true });
    expect(asked).toEqual([["totp", "recovery_code"]]);
    expect(bodies).toEqual(['{"name":"k"}', '{"name":"k"}']);
  });

  it.each([true, false])("is refused after one question at most (answered: %s)", async (isProved) => {
    const sent = vi.fn(() => Promise.resolve(refusal("password")));
    vi.stubGlobal("fetch", sent);
    proveBy(() => Promise.resolve(isProved));
    await expect(send(act())).rejects.toMatchObject({ reason: "STEP_UP_REQUIRED" });
    expect(sent).toHaveBeenCalledTimes(isProved ? 2 : 1);
  });

  it("asks nobody who has no way to answer", async () => {
    const ask = vi.fn(() => Promise.resolve(true));
    proveBy(ask);
    vi.stubGlobal("fetch", () => Promise.resolve(refusal("")));
    await expect(send(act())).rejects.toMatchObject({ reason: "STEP_UP_REQUIRED" });
    expect(ask).not.toHaveBeenCalled();
  });

  it("shares its question with those that are refused meanwhile", async () => {
    let answer = (_: boolean): void => undefined;
    const ask = vi.fn(() => new Promise<boolean>((resolve) => (answer = resolve)));
    proveBy(ask);
    const both = [prove(["password"]), prove(["password"])];
    answer(true);
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
