/**
 * For a test: a request whose copy is stopped with it, as in every browser. Node's follows its signal so weakly that it may
 * be let go of at any time, and the copy is then never stopped.
 */
export class StrongRequest extends Request {
  override clone(): Request {
    return new StrongRequest(super.clone(), { signal: this.signal });
  }
}
