/**
 * What plain JavaScript finds around it on a node: the clocks, chance, timers, environment and
 * network behind the globals that `Guards` replaces.
 *
 * Types only. The world makes one for each node; Effect's own services do not go through here.
 */

/** The surroundings of the code that runs on a node, in its current incarnation. */
export interface Surroundings {
  readonly nodeName: string
  /** The node's wall clock: whole milliseconds since 1970, as `Date.now`. */
  readonly wallMillis: () => number
  /** The node's monotonic clock: microseconds since the flight began. */
  readonly monotonicMicros: () => number
  /** A signed 32-bit integer for the program's own use, keyed by the running task. */
  readonly draw: () => number
  /**
   * Runs a callback on the node later, as a task of its own that dies with the incarnation. Returns
   * what cancels it. Microseconds below 0 count as 0.
   */
  readonly startTimer: (micros: number, run: () => void) => () => void
  /** Runs a callback when the running task is over, before its microtasks: `process.nextTick`. */
  readonly nextTick: (run: () => void) => void
  /** The environment of the incarnation; the program may write to it. */
  readonly env: Record<string, string | undefined>
  readonly fetch: typeof globalThis.fetch
  /** How the node begins an exchange by HTTP: for the world's own clients, which know its type. */
  readonly openHttp: unknown
}

/** Code of a flight reached past the simulation. */
export interface Leak {
  /** What was called, as a person would write it: `fs.readFileSync`, `setTimeout`. */
  readonly call: string
  readonly nodeName: string
  /** Where in the user's code: `payments.ts:84`, `openai/client.mjs:210`. */
  readonly source: string | undefined
  /** What to do about it, half a sentence: `use FileSystem, which is simulated`. */
  readonly advice: string
}

/** The flight that is under way on this thread, as the guards see it. */
export interface Aloft {
  /** Those of the node whose code runs now; `undefined` while none does. */
  readonly surroundings: () => Surroundings | undefined
  /** Ends the flight as not deterministic. */
  readonly report: (leak: Leak) => void
  /**
   * Real work off this thread whose result is always the same (a hash, a signature's check):
   * virtual time waits for it. Results are handed on in the order of the calls.
   */
  readonly waitFor: <A>(work: Promise<A>) => Promise<A>
}
