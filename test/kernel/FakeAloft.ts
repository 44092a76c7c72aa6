/**
 * A flight of one node for tests of the guards: a clock that is turned by hand, and timers on it.
 */
import type { Aloft, Leak, Surroundings } from "../../src/kernel/Surroundings.ts"

interface Due {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** A flight of one node, and what a test does with it. */
export interface FakeAloft {
  readonly aloft: Aloft
  readonly surroundings: Surroundings
  readonly leaks: Array<Leak>
  /** Runs a function as code of the node. */
  readonly on: <A>(run: () => A) => A
  /** Runs what is due within so many microseconds, in order, as code of the node. */
  readonly pass: (micros: number) => void
  /** How many timers are running. */
  readonly dueCount: () => number
}

/** When the wall clock of a fake begins: 2030-01-01. */
export const epochMillis = 1_893_456_000_000

/** Makes a flight that has not taken off; `seed` is where its draws begin. */
export const make = (seed = 1): FakeAloft => {
  let micros = 0
  let order = 0
  let state = seed
  let isNode = false
  let due: Array<Due> = []
  const soon: Array<() => void> = []
  const leaks: Array<Leak> = []

  const surroundings: Surroundings = {
    nodeName: "payments",
    wallMillis: () => epochMillis + Math.floor(micros / 1000),
    monotonicMicros: () => micros,
    draw: () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
      return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    },
    startTimer: (after, run) => {
      const timer = { at: micros + Math.max(0, after), order: order++, run }
      due.push(timer)
      return () => {
        due = due.filter((other) => other !== timer)
      }
    },
    nextTick: (run) => {
      soon.push(run)
    },
    env: { HOME: "/data", REGION: "north" },
    fetch: async (input) => new Response(`fetched ${String(input)}`),
    openHttp: undefined
  }

  const on = <A>(run: () => A): A => {
    const before = isNode
    isNode = true
    try {
      const result = run()
      for (let next = soon.shift(); next !== undefined; next = soon.shift()) next()
      return result
    } finally {
      isNode = before
    }
  }

  const pass = (span: number): void => {
    const until = micros + span
    for (;;) {
      const next = due
        .filter(({ at }) => at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0]
      if (next === undefined) break
      due = due.filter((other) => other !== next)
      micros = next.at
      on(next.run)
    }
    micros = until
  }

  return {
    aloft: {
      surroundings: () => (isNode ? surroundings : undefined),
      report: (leak) => {
        leaks.push(leak)
      },
      waitFor: (work) => work
    },
    surroundings,
    leaks,
    on,
    pass,
    dueCount: () => due.length
  }
}
