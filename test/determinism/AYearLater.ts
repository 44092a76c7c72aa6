/** Loaded before anything else: the machine's clock shows one year later than it is. */
const Real = globalThis.Date
const yearMillis = 365 * 24 * 60 * 60 * 1000

const Later = function (this: unknown, ...parts: ReadonlyArray<never>) {
  const date = parts.length === 0 ? new Real(Later.now()) : new Real(...(parts as unknown as []))
  return new.target === undefined ? date.toString() : date
} as unknown as DateConstructor

Object.defineProperties(Later, Object.getOwnPropertyDescriptors(Real))
Later.now = () => Real.now() + yearMillis
globalThis.Date = Later
