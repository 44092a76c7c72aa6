/**
 * The Random service of a process: every draw is keyed by the task that makes it, so one more draw
 * in one place changes no other. These draws belong to the program, not to the turbulence: they
 * come from the run's seed and stay as they are when deviations are shrunk away.
 */
import type { Random } from "effect"
import type { Kernel } from "./Kernel.ts"
import type { Process } from "./Process.ts"

/** Makes the random source of a process. */
export const make = (kernel: Kernel, process: Process): (typeof Random.Random)["Service"] => {
  const label = process.labels.random
  /** A uniform number in [0, 1) with 53 bits. */
  const nextDouble = (): number => {
    const high = kernel.draw(label) >>> 5
    const low = kernel.draw(label) >>> 6
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000
  }
  return {
    nextDoubleUnsafe: nextDouble,
    // From 54 bits: a double has only 53, and integers made from one would all be odd.
    nextIntUnsafe: () => {
      const high = kernel.draw(label) >>> 10
      const low = kernel.draw(label) >>> 0
      const integer = high * 0x1_0000_0000 - 0x20_0000_0000_0000 + low + 1
      return Math.min(integer, Number.MAX_SAFE_INTEGER)
    }
  }
}
