import { vi } from "vitest";

/** The network is away, as the browser has it, until it comes back. `more` is what else its navigator has. */
export function cutOff(more: object = {}): { isBack: boolean; comeBack: () => void } {
  const events = new EventTarget();
  const network = {
    isBack: false,
    comeBack(): void {
      network.isBack = true;
      events.dispatchEvent(new Event("online"));
    },
  };
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  vi.stubGlobal("navigator", { ...more, onLine: false });
  return network;
}
