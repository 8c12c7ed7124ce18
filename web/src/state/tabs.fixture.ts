/** For a test: the channels between tabs, which deliver at once. A tab's own channel hears nothing of what it tells. */

type Listener = ((event: { data: unknown }) => void) | null;

const open = new Set<MadeChannel>();

export class MadeChannel {
  onmessage: Listener = null;

  constructor(readonly name: string) {
    open.add(this);
  }

  postMessage(data: unknown): void {
    if (!open.has(this)) {
      throw new DOMException("The channel is closed.", "InvalidStateError");
    }
    [...open]
      .filter((other) => other !== this && other.name === this.name)
      .forEach((other) => other.onmessage?.({ data }));
  }

  close(): void {
    open.delete(this);
  }

  static closeAll(): void {
    open.clear();
  }
}
