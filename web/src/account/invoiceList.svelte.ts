/** What was paid, newest first, as far as it was asked for. */

import { api, told, type Schemas } from "$/api/client";
import { textOf } from "$/api/words";
import { timer } from "$/state/timer";

export type Invoice = Schemas["Invoice"];

const PAGE = 10;
/** The invoice may be told of a little later than what it pays for. */
const LOOKS = 5;
const PAUSE_MS = 1500;

export class InvoiceList {
  all = $state.raw<readonly Invoice[]>([]);
  /** Null once all are here; undefined before the first page. */
  cursor = $state<string | null>();
  isBusy = $state(false);
  /** A payment has arrived, and its invoice not yet. */
  isAwaited = $state(false);
  problem = $state("");
  #readings = 0;

  /** The next page. */
  async read(): Promise<void> {
    await this.#page(this.cursor ?? undefined);
  }

  /** From the first page on, until there is one that was not there. */
  async readPaid(): Promise<void> {
    // Where none was read yet, nobody knows which one is new: all looks are taken.
    const before = this.cursor === undefined ? null : this.all[0]?.invoice_id;
    this.isAwaited = true;
    for (let look = 0; look < LOOKS; look += 1) {
      await this.#page();
      if (before !== null && this.all[0]?.invoice_id !== before) {
        break;
      }
      await new Promise<void>((resolve) => timer.after(PAUSE_MS, resolve));
    }
    this.isAwaited = false;
  }

  async #page(cursor?: string): Promise<void> {
    const reading = (this.#readings += 1);
    this.isBusy = true;
    try {
      const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
      const page = await told(api.GET("/v1/billing/invoices", { params: { query } }));
      if (reading !== this.#readings) {
        return;
      }
      this.all = cursor ? [...this.all, ...page.invoices] : page.invoices;
      this.cursor = page.next_cursor;
      this.problem = "";
    } catch (error) {
      if (reading === this.#readings) {
        this.problem = textOf(error);
      }
    } finally {
      this.isBusy = reading === this.#readings ? false : this.isBusy;
    }
  }
}
