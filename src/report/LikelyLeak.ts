/**
 * What probably leaked into a flight, told by how its two sides differ.
 *
 * Guesses, from the most to the least telling; each is a small function of the pairs of values that
 * differ. What the guards have seen themselves needs no guess.
 */
import type { Parting } from "../flight/Sameness.ts"
import type { Event } from "../recording/Event.ts"
import { canonicalJson } from "../recording/Digest.ts"

/** How the place that flew otherwise differs from here. */
export interface Circumstances {
  /** `again`: the same process, where runs were flown in another order. */
  readonly place: "again" | "process" | "thread"
  /** Milliseconds since 1970. */
  readonly nowMillis: number
  /** How much later it is there, in milliseconds. */
  readonly laterMillis: number
  /** How many minutes the wall there is ahead of the wall here, in all seasons. */
  readonly minutesAhead: ReadonlyArray<number>
  readonly timeZones: readonly [here: string, there: string]
  readonly locales: readonly [here: string, there: string]
}

type Pair = readonly [here: unknown, there: unknown]
type Guess = (pair: Pair, circumstances: Circumstances) => boolean

const dayMillis = 86_400_000
/** On average, leap days included. */
const yearMillis = 365.2425 * dayMillis
/** In so many minutes both sides have flown: clocks that differ by that much show the same. */
const slackMillis = 10 * 60_000
/** The units clocks count in, in milliseconds. */
const units = [1_000, 1, 1e-3, 1e-6]

const numbersIn = (value: unknown): ReadonlyArray<number> => {
  if (typeof value === "number") return [value]
  if (typeof value !== "string") return []
  return (value.match(/\d+(?:\.\d+)?/gu) ?? []).map(Number)
}

/** What is left of a text when its digits are taken for one another. */
const withoutDigits = (value: unknown): unknown =>
  typeof value === "string" ? value.replaceAll(/\d+/gu, "0") : undefined

/** Numbers of both sides at the same place that differ; in texts that differ in nothing else. */
const numberPairs = ([here, there]: Pair): ReadonlyArray<readonly [number, number]> => {
  if (withoutDigits(here) !== withoutDigits(there)) return []
  const others = numbersIn(there)
  return numbersIn(here).flatMap((one, at) => {
    const other = others[at]
    return other === undefined || other === one ? [] : [[one, other] as const]
  })
}

const datePattern =
  /\b\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?|\w{3} \w{3} \d\d \d{4}[^)]*/u

const dateIn = (value: unknown): number =>
  typeof value === "string" ? Date.parse(datePattern.exec(value)?.[0] ?? "") : Number.NaN

const isRealClock: Guess = (pair, { laterMillis, nowMillis }) => {
  const isNow = (millis: number): boolean =>
    Math.abs(millis - nowMillis) < 2 * dayMillis ||
    Math.abs(millis - nowMillis - laterMillis) < 2 * dayMillis
  if (isNow(dateIn(pair[0])) && isNow(dateIn(pair[1]))) return true
  const year = Math.floor(1_970 + nowMillis / yearMillis)
  return numberPairs(pair).some(
    ([here, there]) =>
      (here === year && there === here + Math.round(laterMillis / yearMillis)) ||
      units.some((unit) => {
        const isLater = Math.abs(Math.abs(there - here) * unit - laterMillis) < slackMillis
        return isLater || (isNow(here * unit) && isNow(there * unit))
      })
  )
}

const dayMinutes = 1_440
const modulo = (value: number, by: number): number => ((value % by) + by) % by

/** Minutes since midnight of each time of day in a text. */
const timesIn = (value: unknown): ReadonlyArray<number> =>
  typeof value !== "string"
    ? []
    : [...value.matchAll(/\b(\d{1,2})[:.](\d\d)\b/gu)].map(
        ({ 1: hour, 2: minute }) => Number(hour) * 60 + Number(minute)
      )

const isTimeZone: Guess = (pair, { minutesAhead, timeZones }) => {
  const [here, there] = pair
  if (has(here, timeZones[0]) && has(there, timeZones[1])) return true
  const isAhead = (minutes: number): boolean =>
    minutesAhead.some((ahead) => modulo(minutes - ahead, dayMinutes) === 0)
  const others = timesIn(there)
  const times = timesIn(here).map((time, at) => (others[at] ?? time) - time)
  if (times.some((minutes) => minutes !== 0 && isAhead(minutes))) return true
  // An offset in minutes has either sign; an hour of the day loses the minutes.
  return numberPairs(pair).some(([one, other]) => {
    const isOffset = minutesAhead.some((ahead) => Math.abs(other - one) === Math.abs(ahead))
    const isHour = [one, other].every((hour) => Number.isInteger(hour) && hour < 24)
    const hours = minutesAhead.flatMap((ahead) => [Math.floor(ahead / 60), Math.ceil(ahead / 60)])
    return isOffset || (isHour && hours.some((each) => modulo(other - one - each, 24) === 0))
  })
}

const has = (value: unknown, word: string): boolean =>
  typeof value === "string" && value.includes(word)

/** What a text says whatever separates digits. */
const bare = (text: string): string => text.replaceAll(/[\s.,'’\u2212-]/gu, "")

const isLocale: Guess = ([here, there], { locales }) => {
  if (typeof here === "string" && typeof there === "string") {
    const [ours, theirs] = locales
    if (here.includes(ours) && here.replaceAll(ours, theirs) === there) return true
    return /\d/u.test(here) && here !== there && bare(here) === bare(there)
  }
  return isSorted(here, locales[0]) && isSorted(there, locales[1]) && isAnotherOrder([here, there])
}

const isSorted = (value: unknown, locale: string): boolean => {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) return false
  const compare = Intl.Collator(locale).compare
  return value.every((item, at) => at === 0 || compare(value[at - 1] ?? "", item) <= 0)
}

const partsOf = (value: unknown): ReadonlyArray<string> | undefined => {
  if (Array.isArray(value)) return value.map(canonicalJson)
  return typeof value === "string" ? value.split(/[^\p{L}\p{N}_]+/u) : undefined
}

const isAnotherOrder = ([here, there]: Pair): boolean => {
  const ours = partsOf(here)
  const theirs = partsOf(there)
  if (ours === undefined || theirs === undefined || ours.length < 2) return false
  return [...ours].sort().join("\n") === [...theirs].sort().join("\n")
}

/** Texts and fractions that nobody would write by hand, and that say nothing to each other. */
const isChance: Guess = ([here, there]) => {
  if (typeof here === "number" && typeof there === "number") {
    const isFraction = (value: number): boolean =>
      Math.abs(value) < 1 && String(value).replace(/^-?0\./u, "").length >= 12
    return isFraction(here) && isFraction(there)
  }
  const random = /\b(?=[\w-]*\d)(?=[\w-]*[a-zA-Z])[\w-]{8,}={0,2}/u
  const one = typeof here === "string" ? random.exec(here)?.[0] : undefined
  const other = typeof there === "string" ? random.exec(there)?.[0] : undefined
  return one !== undefined && other !== undefined && one !== other && one.length === other.length
}

const isPath: Guess = ([here, there]) =>
  [here, there].every(
    (side) => typeof side === "string" && /(?:^|[\s"=(])(?:\/|[A-Z]:\\)\w/u.test(side)
  )

/** Values of both sides at the same place that differ, and the wholes they are in. */
const pairsOf = (here: unknown, there: unknown): ReadonlyArray<Pair> => {
  if (canonicalJson(here) === canonicalJson(there)) return []
  const isBoth = (test: (value: unknown) => boolean): boolean => test(here) && test(there)
  const pair: Pair = [here, there]
  if (!isBoth((value) => typeof value === "object" && value !== null)) return [pair]
  if (Array.isArray(here) !== Array.isArray(there)) return [pair]
  // Both are objects: the lines above say so.
  const ours = here as Readonly<Record<string, unknown>>
  const theirs = there as Readonly<Record<string, unknown>>
  return [pair, ...Object.keys(ours).flatMap((key) => pairsOf(ours[key], theirs[key]))]
}

/** What a person sees of an event: only this can tell what leaked. */
const tellingOf = (event: Event): unknown => ({
  value: event.value ?? null,
  state: event.state ?? null,
  what: event.what
})

const differencesOf = ({ here, there }: Parting): ReadonlyArray<Pair> => {
  if (here === undefined || there === undefined) return []
  return pairsOf(tellingOf(here), tellingOf(there))
}

/** The same events come on both sides, in another order. */
const isEventsInAnotherOrder = ({ here, hereNext, there, thereNext }: Parting): boolean => {
  if (here === undefined || there === undefined) return false
  const name = ({ kind, node, peer, what }: Event): string =>
    canonicalJson([kind, node, peer, what])
  if (name(here) === name(there)) return false
  const isIn = (event: Event, events: ReadonlyArray<Event>): boolean =>
    events.some((each) => name(each) === name(event))
  return isIn(here, thereNext) && isIn(there, hereNext)
}

const order =
  "the order of a HashSet or HashMap of functions or objects;" +
  " iterate an array, a Map or sorted keys"

const fallbacks: { readonly [Place in Circumstances["place"]]: string } = {
  again:
    "state that outlives a run: a variable outside of the effect that builds the service;" +
    " move it inside",
  process:
    "what only this process has: its id, environment or arguments, or what was read or drawn" +
    " while a module was loaded",
  thread: "what only the main thread has; a worker thread has its own copy of every module"
}

/** The likely leak, as half a sentence with what to do about it. */
export const likelyLeak = (parting: Parting | undefined, about: Circumstances): string => {
  if (parting === undefined) {
    return "not known: too many events to keep them all; fly the run first, as below"
  }
  const pairs = differencesOf(parting)
  const is = (guess: Guess): boolean => pairs.some((pair) => guess(pair, about))
  if (is(isRealClock)) {
    return "the real clock, such as a Date made while a module was loaded; use Clock in the service"
  }
  if (about.place !== "again") {
    if (is(isTimeZone)) return "the time zone of the machine; name the zone"
    if (is(isLocale)) return "the locale of the machine; name the locale"
    if (pairs.some(isAnotherOrder) || isEventsInAnotherOrder(parting)) return order
    if (is(isPath)) return "a path of the machine, from its environment or arguments"
  }
  if (is(isChance)) return "real chance, such as an id drawn while a module was loaded; use Random"
  return fallbacks[about.place]
}
