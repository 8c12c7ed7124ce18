import { beforeEach, describe, expect, it, vi } from "vitest";
import { MadeStorage } from "$/state/storage.fixture";

const { api } = vi.hoisted(() => ({ api: { GET: vi.fn() } }));
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));

const model = (name: string, is_default = false) => ({ name, title: name, is_default });
const ALL = [model("quartet", true), model("sextet"), model("duo")];
const plan = { models: ["quartet", "sextet"], default_model: null };

let storage: MadeStorage;
let state: typeof import("$/state/models.svelte");

/** A page that is opened: modules begin anew. */
async function visit(): Promise<void> {
  vi.resetModules();
  state = await import("$/state/models.svelte");
  const { usage } = await import("$/state/usage.svelte");
  usage.now = { plan } as never;
}

beforeEach(async () => {
  vi.resetAllMocks();
  storage = new MadeStorage();
  vi.stubGlobal("localStorage", storage);
  api.GET.mockResolvedValue({ models: ALL });
  await visit();
});

describe("the model of the next songs", () => {
  it("is chosen among those of the plan, and kept over a reload", async () => {
    await state.readModels();
    expect(state.choice().map(({ name }) => name)).toEqual(["quartet", "sextet"]);
    expect([state.nextModel()?.name, state.modelForNext()]).toEqual(["quartet", null]);
    state.chooseModel("sextet");
    expect(state.modelForNext()).toBe("sextet");
    await visit();
    expect([state.nextModel(), state.modelForNext()]).toEqual([null, "sextet"]);
    await state.readModels();
    expect([state.nextModel()?.name, state.modelForNext()]).toEqual(["sextet", "sextet"]);
  });

  it("is not one that the plan has no more", async () => {
    storage.setItem("stripsession.model", "duo");
    await visit();
    await state.readModels();
    expect([state.nextModel()?.name, state.modelForNext()]).toEqual(["quartet", null]);
  });

  it("is the server's own where the models cannot be read, and they are asked for again", async () => {
    api.GET.mockRejectedValueOnce(new Error("away"));
    await state.readModels();
    expect([state.choice(), state.modelForNext()]).toEqual([[], null]);
    await state.readModels();
    expect(state.choice()).toHaveLength(2);
  });

  it("is forgotten with its person", async () => {
    await state.readModels();
    state.chooseModel("sextet");
    state.forgetModel();
    expect(state.modelForNext()).toBeNull();
    expect(storage.length).toBe(0);
  });
});
