/** Which rows of a long list are worth having in the page. */

export interface View {
  /** How far the list's beginning lies above the window's upper edge; negative where it lies below. */
  scrolled_px: number;
  view_px: number;
  row_px: number;
  rows: number;
  /** Rows beyond each edge, so that a quick scroll and the next Tab find something. */
  beyond: number;
}

export interface Range {
  first: number;
  /** The row after the last one. */
  end: number;
}

export function visibleRange({ scrolled_px, view_px, row_px, rows, beyond }: View): Range {
  if (row_px <= 0 || rows <= 0) {
    return { first: 0, end: 0 };
  }
  const inside = (row: number): number => Math.min(rows, Math.max(0, row));
  return {
    first: inside(Math.floor(scrolled_px / row_px) - beyond),
    end: inside(Math.ceil((scrolled_px + view_px) / row_px) + beyond),
  };
}

/** The rows of a range in their order, and the one that holds the focus: taking that away would lose the place. */
export function rowsOf({ first, end }: Range, held: number, rows: number): number[] {
  const range = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  if (held < 0 || held >= rows || (held >= first && held < end)) {
    return range;
  }
  return held < first ? [held, ...range] : [...range, held];
}

/** Where a key moves the focus to, from row `at`; null for a key that moves nothing. */
export function rowAfterKey(key: string, at: number, rows: number, pageRows: number): number | null {
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: rows - 1,
    PageDown: at + pageRows,
    PageUp: at - pageRows,
  }[key];
  return to === undefined || rows === 0 ? null : Math.min(rows - 1, Math.max(0, to));
}

/** How far the window has to be moved to show a row wholly between `above_px` at its upper edge and its lower one. */
export function shiftToRow(
  row: number,
  view: Pick<View, "scrolled_px" | "view_px" | "row_px">,
  above_px: number,
): number {
  const top_px = row * view.row_px - view.scrolled_px;
  if (top_px < above_px) {
    return top_px - above_px;
  }
  return Math.max(0, top_px + view.row_px - view.view_px);
}
