/** Where what had the focus is gone or disabled by what it has brought, the keyboard goes on at the next thing. */
export function keepFocus(next: Element | null | undefined): void {
  const { activeElement, body } = document;
  if ((!activeElement || activeElement === body || activeElement.matches(":disabled")) && next instanceof HTMLElement) {
    next.focus();
  }
}
