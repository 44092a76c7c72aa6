/**
 * The real clock and real chance, which nothing that flies may see.
 *
 * Budgets, progress and the seed that is drawn once come from here and from nowhere else.
 */
import { randomInt } from "node:crypto"

/** Milliseconds since some moment; only differences mean something. */
export const wallMillis = (): number => performance.now()

/** The date, in milliseconds since 1970: only to recognise dates in what flights came to. */
export const epochMillis = (): number => Date.now()

/** Calls again and again, without keeping the process alive; the result stops it. */
export const everyMillis = (millis: number, run: () => void): (() => void) => {
  const timer = setInterval(run, millis)
  timer.unref()
  return () => clearInterval(timer)
}

/** Lets signals, timers and messages of the outer world in. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A base seed nobody asked for: 32 random bits. */
export const drawSeed = (): number => randomInt(0x1_0000_0000)
