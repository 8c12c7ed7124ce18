import { beforeEach, expect, it, vi } from "vitest";
import { keepFocus } from "$/design/keepFocus";

class Element {
  focus = vi.fn();
  constructor(readonly isDisabled = false) {}
  matches = (): boolean => this.isDisabled;
}
const body = new Element();

beforeEach(() => vi.stubGlobal("HTMLElement", Element));

it.each([
  ["nothing has the focus any more", body, 1],
  ["what has it can do nothing any more", new Element(true), 1],
  ["the person has gone on elsewhere", new Element(), 0],
])("moves the focus where %s", (_, activeElement, times) => {
  vi.stubGlobal("document", { body, activeElement });
  const next = new Element();
  keepFocus(next as unknown as HTMLElement);
  expect(next.focus).toHaveBeenCalledTimes(times);
});
