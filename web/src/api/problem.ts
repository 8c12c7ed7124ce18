/** What the gateway answered instead of what was asked for (RFC 9457). */

interface Told {
  detail?: string;
  reason?: string;
  action?: string;
  facts?: Readonly<Record<string, string>>;
}

const AWAY: ReadonlySet<number> = new Set([0, 408, 429, 502, 503, 504]);

export class Problem extends Error {
  readonly reason: string;
  readonly action: string;
  /** Figures, by their names. */
  readonly facts: Readonly<Record<string, string>>;
  /** False where it is not the gateway's: something between it and this page answered. */
  readonly isExplained: boolean;

  /** `status` is 0 where no answer came at all. */
  constructor(
    readonly status: number,
    told: Told,
    readonly retryAfter_s = 0,
  ) {
    super(told.detail ?? `The server answered ${status}.`);
    this.name = "Problem";
    this.reason = told.reason ?? "";
    this.action = told.action ?? "";
    this.facts = told.facts ?? {};
    this.isExplained = told.detail !== undefined || told.reason !== undefined;
  }

  /** In the server's words: what happened, then what to do, unless the one says the other already. */
  get text(): string {
    const isSaid = this.message.toLowerCase().includes(this.action.toLowerCase());
    return isSaid ? this.message : `${this.message} ${this.action}`;
  }

  /** What was asked for is not there, or no longer. */
  get isGone(): boolean {
    return this.status === 404 || this.status === 410;
  }

  /** Asking again later may help. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** Whoever could answer is away or busy: that says nothing of what was asked for. */
  get isAway(): boolean {
    return AWAY.has(this.status);
  }

  static async of(response: Response): Promise<Problem> {
    // Where the connection breaks within it, the status is all that was said.
    const text = await response.text().catch(() => "");
    return Problem.from(response.status, text, response.headers.get("Retry-After"));
  }

  static from(status: number, text: string, retryAfter: string | null): Problem {
    let told: Told = {};
    try {
      told = (JSON.parse(text) as Told | null) ?? {};
    } catch {
      // An intermediary's page says nothing that a person could use.
    }
    return new Problem(status, told, Number(retryAfter) || 0);
  }

  static unreachable(): Problem {
    return new Problem(0, {
      reason: "UNREACHABLE",
      detail: "The server cannot be reached.",
      action: "Check the connection, then try again.",
    });
  }
}
