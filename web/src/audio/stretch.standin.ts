// Catches the class that signalsmith-stretch registers as a processor of its own when an audio worklet evaluates it, so
// that our mixer can feed its WebAssembly. To be imported before that module; `restored` is to be called after it.

class PlainProcessor {
  readonly port = { postMessage: () => undefined, onmessage: null };
}

type Caught = new (options: { numberOfOutputs: number; outputChannelCount: number[] }) => unknown;

const scope = globalThis as unknown as Record<string, unknown>;
const before = { AudioWorkletProcessor: scope["AudioWorkletProcessor"], registerProcessor: scope["registerProcessor"] };
let caught: Caught | null = null;

scope["AudioWorkletProcessor"] = PlainProcessor;
scope["registerProcessor"] = (_name: string, processor: Caught) => {
  caught = processor;
};

/** Puts back what the scope had and gives what was caught. */
export function restored(): Caught {
  Object.assign(scope, before);
  if (!caught) {
    throw new Error("signalsmith-stretch registered no processor");
  }
  return caught;
}
