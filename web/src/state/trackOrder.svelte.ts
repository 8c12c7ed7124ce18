/** Which track stands in which row of the library, of whose rows only those are read that somebody comes near. */

/** The rows; null stands for one that was not read yet. */
export type Rows = readonly (string | null)[];

export interface Span {
  first: number;
  /** The row after the last one. */
  end: number;
}

/** What is to be read: from which row on, and how many at most. */
export interface Gap {
  offset: number;
  limit: number;
}

/** Some tracks as a page told them: where it begins, and how many there are in all. */
export interface Told {
  tracks: readonly { track_id: string }[];
  offset: number;
  total: number;
}

function idsOf(tracks: readonly { track_id: string }[]): string[] {
  return tracks.map((track) => track.track_id);
}

export class TrackOrder {
  /** What the library shows, in order. */
  readonly shown = $derived.by((): Rows =>
    this.#hidden.size ? this.#rows.filter((id) => id === null || !this.#hidden.has(id)) : this.#rows,
  );

  #rows = $state.raw<Rows>([]);
  #hidden = $state.raw<ReadonlySet<string>>(new Set());
  #sight: Span = { first: 0, end: 0 };

  get length(): number {
    return this.#rows.length;
  }

  clear(): void {
    this.#rows = [];
    this.#hidden = new Set();
    this.#sight = { first: 0, end: 0 };
  }

  /** These rows of what is shown are in sight. */
  see(sight: Span): void {
    // Hidden rows are passed over: at worst a few rows more are read than are seen.
    this.#sight = { first: sight.first, end: sight.end + this.#hidden.size };
  }

  /** The tracks in sight, as far as they are known. */
  get inSight(): string[] {
    return this.#rows.slice(this.#sight.first, this.#sight.end).flatMap((id) => id ?? []);
  }

  /** Read anew what is in sight, at least so many rows. */
  window(rows_min: number, rows_max: number): Gap {
    const { first, end } = this.#sight;
    return { offset: Math.min(first, this.#rows.length), limit: Math.min(rows_max, Math.max(rows_min, end - first)) };
  }

  /** The nearest rows that are not known, in sight before those within `ahead` rows of it; null where all are. */
  gap(ahead: number, limit: number): Gap | null {
    const first = Math.max(0, this.#sight.first - ahead);
    const end = Math.min(this.#rows.length, this.#sight.end + ahead);
    const seen = this.#unread(this.#sight.first, this.#sight.end);
    const offset = seen ?? this.#unread(this.#sight.end, end);
    if (offset !== null) {
      return { offset, limit };
    }
    // What lies above is read as a page that ends where the known rows begin.
    for (let row = this.#sight.first - 1; row >= first; row -= 1) {
      if (this.#rows[row] === null) {
        return { offset: Math.max(0, row + 1 - limit), limit };
      }
    }
    return null;
  }

  /** All is as this page tells; what it does not tell is not known any more. */
  begin({ tracks, offset, total }: Told, limit: number): void {
    const ids = idsOf(tracks);
    // Fewer than there should be: the list ends there, whatever was counted.
    const length =
      ids.length < Math.min(limit, total - offset) ? offset + ids.length : Math.max(total, offset + ids.length);
    this.#rows = this.#put(new Array<null>(length).fill(null), ids, offset);
  }

  /** Put a page in its place; false where it does not fit what is known, since rows have moved. */
  take({ tracks, offset, total }: Told, limit: number): boolean {
    const ids = idsOf(tracks);
    if (total !== this.#rows.length || ids.length !== Math.min(limit, total - offset)) {
      return false;
    }
    this.#rows = this.#put([...this.#rows], ids, offset);
    return true;
  }

  /** The first rows were read again: what was known behind them stays. False where the two no longer meet. */
  meet({ tracks, total }: Told): boolean {
    const ids = idsOf(tracks);
    const isAll = ids.length >= total;
    const joint = this.#rows.lastIndexOf(ids.at(-1) ?? "");
    const first = new Set<string | null>(ids);
    const rows = isAll ? [...ids] : [...ids, ...this.#rows.slice(joint + 1).filter((id) => !first.has(id))];
    if ((joint < 0 && !isAll) || rows.length !== total) {
      return false;
    }
    if (rows.length !== this.#rows.length || rows.some((id, row) => id !== this.#rows[row])) {
      this.#rows = rows;
    }
    return true;
  }

  /** It is new, and first. */
  arrive(track_id: string): void {
    this.#rows = [track_id, ...this.#rows.filter((id) => id !== track_id)];
  }

  drop(track_id: string): void {
    this.#rows = this.#rows.filter((id) => id !== track_id);
  }

  hide(track_id: string, isHidden: boolean): void {
    const hidden = new Set(this.#hidden);
    hidden[isHidden ? "add" : "delete"](track_id);
    this.#hidden = hidden;
  }

  #unread(first: number, end: number): number | null {
    const row = this.#rows.slice(first, end).indexOf(null);
    return row < 0 ? null : first + row;
  }

  /** A track stands in one row: where it was before is not known any more. */
  #put(rows: (string | null)[], ids: readonly string[], offset: number): Rows {
    const told = new Set<string | null>(ids);
    const left = rows.map((id) => (told.has(id) ? null : id));
    left.splice(offset, ids.length, ...ids);
    return left;
  }
}
