import { render } from "svelte/server";
import { createRawSnippet } from "svelte";
import { expect, test } from "vitest";
import { barred, busied, inTurn } from "$/design/barring";
import Button from "$/design/Button.svelte";
import ProviderButton from "$/design/ProviderButton.svelte";

const onclick = (): void => expect.unreachable();

/** Whether the browser does what it does at a press: sends a form. */
function sends(pressed: { onclick?: (event: Event) => void }): boolean {
  const event = new Event("click", { cancelable: true });
  pressed.onclick?.(event);
  return !event.defaultPrevented;
}

test("a control that can do nothing now does nothing, stays in reach, and says why", () => {
  const button = { onclick, title: "Share", ...barred("Not all stems are made.", "why") };
  expect(button).toMatchObject({
    "aria-disabled": "true",
    "aria-describedby": "why",
    title: "Not all stems are made.",
  });
  expect(sends(button)).toBe(false);
});

test("what is under way is not begun again, by a press or by Enter in its form", () => {
  const button = { onclick, ...busied(true) };
  expect(button).toMatchObject({ "aria-disabled": "true", "aria-busy": true });
  expect(sends(button)).toBe(false);
});

test("a control that can do something is as it is", () => {
  expect(barred(undefined, "why")).toEqual({});
  expect(barred("", "why")).toEqual({});
  expect(busied(false)).toEqual({});
});

test("a busy button is not disabled: a browser takes the focus from one that is", () => {
  const children = createRawSnippet(() => ({ render: () => "Save" }));
  const made = [
    render(Button, { props: { busy: true, children } }),
    render(ProviderButton, { props: { busy: true, kind: "oidc", label: "Club" } }),
  ];
  for (const { body } of made) {
    expect(body).toMatch(/<button[^>]* aria-disabled="true"[^>]* aria-busy="true"/);
    expect(body).not.toMatch(/ disabled/);
  }
});

test("of several of which one is done at a time, the others are disabled and the pressed one is not", () => {
  expect(inTurn("a", "a")).toEqual({ busy: true, disabled: false });
  expect(inTurn("a", "b")).toEqual({ busy: false, disabled: true });
  expect(inTurn("", "a")).toEqual({ busy: false, disabled: false });
});
