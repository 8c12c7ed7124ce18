/** Deletions that were asked for and that the server may not have heard of: a later visit, or the network, makes sure of them. */

import { LOCAL } from "$/browser/names";
import type { Shelf } from "$/state/shelf";

const PREFIX = LOCAL.deletion;

export class LeftDeletions {
  constructor(private readonly shelf: Shelf) {}

  get all(): string[] {
    return this.shelf.keys(PREFIX).map((key) => key.slice(PREFIX.length));
  }

  remember(track_id: string): void {
    this.shelf.write(PREFIX + track_id, "asked");
  }

  forget(track_id: string): void {
    this.shelf.remove(PREFIX + track_id);
  }

  forgetAll(): void {
    this.all.forEach((track_id) => this.forget(track_id));
  }
}
