/**
 * `Date` on a node: its wall clock instead of the machine's, and UTC and `en-US` instead of where
 * the machine stands. Dates are real ones; only what they read from the machine is replaced.
 */
import { here } from "./Dispatch.ts"
import {
  type AnyFunction,
  type Call,
  construct,
  constructorOf,
  dispatcherOf,
  method,
  methodWith,
  type Patch
} from "./Patches.ts"

/** The language of a node, for all that asks for none. */
export const localeDefault = "en-US"
/** The time zone of a node, for all that asks for none. */
export const timeZoneDefault = "UTC"

const RealDate = Date
const parseReal = RealDate.parse
const utcReal = RealDate.UTC

/** What has a local and a UTC form: `getHours` and `getUTCHours`. */
const parts = ["Date", "Day", "FullYear", "Hours", "Milliseconds", "Minutes", "Month", "Seconds"]

const isoLocal = /^([+-]\d{6}|\d{4})-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?$/u
const zoned = /(Z|GMT|UTC|UT|[ECMP][SD]T)\b|:\d\d(:\d\d(\.\d+)?)?\s*([ap]m)?\s*[+-]\d/iu

/** `Date.parse` as on a machine in UTC. */
const parseInUtc = (text: string): number => {
  if (isoLocal.test(text)) return parseReal(`${text}Z`)
  const plain = text.replaceAll(/\([^)]*\)/gu, " ")
  if (zoned.test(plain) || /^([+-]\d{6}|\d{4})(-\d\d){0,2}$/u.test(text)) return parseReal(text)
  const inUtc = parseReal(`${plain} GMT`)
  return Number.isNaN(inUtc) ? parseReal(text) : inUtc
}

/** What a date is made from, as the engine decides it for one parameter. */
const fromOne = (given: unknown): unknown => {
  if (given instanceof RealDate) return given.getTime()
  if (typeof given !== "object" || given === null) {
    return typeof given === "string" ? parseInUtc(given) : given
  }
  const convert: unknown = Reflect.get(given, Symbol.toPrimitive)
  const primitive: unknown =
    typeof convert === "function" ? Reflect.apply(convert, given, ["default"]) : given.valueOf()
  const plain = typeof primitive === "object" ? String(given) : primitive
  return typeof plain === "string" ? parseInUtc(plain) : plain
}

const utcOf = (parameters: ReadonlyArray<unknown>): unknown =>
  Reflect.apply(utcReal, RealDate, parameters)

/** A date's text in UTC, in the form of the local methods. */
const dayText = (date: Date): string => {
  const [day, dayOfMonth, month, year] = date.toUTCString().replace(",", "").split(" ")
  return `${day} ${month} ${dayOfMonth} ${year}`
}
const clockText = (date: Date): string =>
  `${date.toUTCString().split(" ").at(-2)} GMT+0000 (Coordinated Universal Time)`

/** Calls the real method if the value is no valid date: it knows what to say or throw. */
const textOf =
  (text: (date: Date) => string) =>
  ({ parameters, real, self }: Call): unknown =>
    self instanceof RealDate && !Number.isNaN(self.getTime())
      ? text(self)
      : Reflect.apply(real, self, parameters)

const makeDate = (real: AnyFunction): AnyFunction =>
  constructorOf(real, (call) => {
    const { around, made, parameters } = call
    if (made === undefined) {
      const now = new RealDate(around.wallMillis())
      return `${dayText(now)} ${clockText(now)}`
    }
    if (parameters.length === 0) return construct(call, [around.wallMillis()])
    if (parameters.length === 1) return construct(call, [fromOne(parameters[0])])
    return construct(call, [utcOf(parameters)])
  })

const nowReal = RealDate.now
/** Called most of all, so without the general dispatcher's list of parameters. */
const { now } = {
  now(): number {
    const around = here()
    return around === undefined ? nowReal() : around.wallMillis()
  }
}

const localOf = (name: string): ReadonlyArray<Patch> => {
  const prototype = RealDate.prototype
  return ["get", "set"].flatMap((verb) => {
    const inUtc: unknown = Reflect.get(prototype, `${verb}UTC${name}`)
    if (typeof inUtc !== "function") return []
    return [
      method(prototype, `${verb}${name}`, ({ parameters, self }) =>
        Reflect.apply(inUtc, self, parameters)
      )
    ]
  })
}

const withLocale = ({ parameters, real, self }: Call): unknown => {
  const [locales = localeDefault, options] = parameters
  // What is no object is for the real method to convert or refuse.
  const given = typeof options === "object" && options !== null ? options : undefined
  if (options !== undefined && given === undefined) {
    return Reflect.apply(real, self, [locales, options])
  }
  return Reflect.apply(real, self, [locales, inTimeZone(given)])
}

/** Formatting options with the time zone of a node, unless they name one. */
export const inTimeZone = (options: object | undefined): object => {
  const timeZone: unknown = options === undefined ? undefined : Reflect.get(options, "timeZone")
  return { ...options, timeZone: timeZone ?? timeZoneDefault }
}

/** The patches of `Date` and its prototype. */
export const patches = (): ReadonlyArray<Patch> => {
  const prototype = RealDate.prototype
  return [
    // On the real class first: the class that stands in for it copies them.
    methodWith(RealDate, "now", (real) =>
      real === nowReal ? now : dispatcherOf(real, ({ around }) => around.wallMillis())
    ),
    method(RealDate, "parse", ({ parameters }) => parseInUtc(String(parameters[0]))),
    methodWith(globalThis, "Date", makeDate),
    methodWith(prototype, "constructor", makeDate),
    ...parts.flatMap(localOf),
    method(prototype, "getYear", ({ self, real }) =>
      self instanceof RealDate ? self.getUTCFullYear() - 1900 : Reflect.apply(real, self, [])
    ),
    method(prototype, "setYear", ({ self, parameters, real }) => {
      if (!(self instanceof RealDate)) return Reflect.apply(real, self, parameters)
      const year = Math.trunc(Number(parameters[0]))
      return self.setUTCFullYear(year >= 0 && year <= 99 ? 1900 + year : year)
    }),
    method(prototype, "getTimezoneOffset", ({ self, real }) =>
      self instanceof RealDate && !Number.isNaN(self.getTime()) ? 0 : Reflect.apply(real, self, [])
    ),
    method(
      prototype,
      "toString",
      textOf((date) => `${dayText(date)} ${clockText(date)}`)
    ),
    method(prototype, "toDateString", textOf(dayText)),
    method(prototype, "toTimeString", textOf(clockText)),
    method(prototype, "toLocaleString", withLocale),
    method(prototype, "toLocaleDateString", withLocale),
    method(prototype, "toLocaleTimeString", withLocale)
  ]
}
