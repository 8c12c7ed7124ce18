// A value that goes straight to where it is sent and then is there exactly: at full volume a stem is multiplied by one
// and not by nearly one.

export class Ramp {
  private left = 0;
  private step = 0;

  constructor(
    private now: number,
    private readonly length_samples: number,
    private goal = now,
  ) {}

  get value(): number {
    return this.now;
  }

  get target(): number {
    return this.goal;
  }

  get isSettled(): boolean {
    return this.left === 0;
  }

  aim(target: number): void {
    if (target === this.goal) {
      return;
    }
    this.goal = target;
    this.left = this.length_samples;
    this.step = (target - this.now) / this.length_samples;
  }

  snap(target: number): void {
    this.goal = target;
    this.now = target;
    this.left = 0;
  }

  /** The value for the next sample. */
  next(): number {
    if (this.left > 0) {
      this.left -= 1;
      this.now = this.left === 0 ? this.goal : this.now + this.step;
    }
    return this.now;
  }
}
