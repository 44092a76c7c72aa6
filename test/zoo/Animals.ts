/** All animals of the zoo but those of `Captured`, in the order of the table. */
import type { Animal } from "./Animal.ts"
import { chance } from "./Chance.ts"
import { clocks, languages } from "./Clocks.ts"
import { effects } from "./Effects.ts"
import { input, machine, threadsAndProcesses } from "./Input.ts"
import { memory } from "./Memory.ts"
import { endless, promises, timers } from "./Timers.ts"

export { endless }

/** See above. */
export const all: ReadonlyArray<Animal> = [
  ...clocks,
  ...languages,
  ...chance,
  ...timers,
  ...promises,
  ...input,
  ...threadsAndProcesses,
  ...machine,
  ...memory,
  ...effects
]
