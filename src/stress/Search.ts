/**
 * The search for a breaking point, as a conversation: it asks for probes, and is told outcomes.
 *
 * Owns asking ahead, so that several workers can fly at once. The search itself is `Course.ts`, and
 * strictly one probe after another; an answer that comes before it is wanted waits, and is dropped
 * if it never is. So the estimate depends on what probes come to, never on how many were asked for
 * at once. No clock, no effects, no state but the value it is given.
 */
import * as Course from "./Course.ts"
import * as Estimate from "./Estimate.ts"
import * as Options from "./Options.ts"
import type * as Probe from "./Probe.ts"

/** A search under way; immutable. */
export interface Search {
  readonly course: Course.Course
  /** Answers that came before they were wanted. */
  readonly ahead: ReadonlyArray<Probe.Probe>
}

/** Futures that are looked into for each probe that is asked for ahead. */
const futuresPerAsk = 64

/** How likely a probe is to pass, by what it is for: decides what is asked for first. */
const likelihood: Readonly<Record<Probe.Phase, number>> = {
  limit: 0.95,
  ultimate: 0.95,
  bracket: 0.7,
  locate: 0.5,
  confirm: 0.95,
  rupture: 0.1
}

const supposedPass: Probe.Outcome = { _tag: "pass", readings: [] }
const supposedFail: Probe.Outcome = {
  _tag: "fail",
  readings: [],
  criteria: [{ name: "supposed", isSafety: false }]
}

/** Begins. `Options.problems` tells whether the options can be searched. */
export const start = (options: Options.Options): Search => ({
  course: Course.begin(Options.resolve(options)),
  ahead: []
})

/** The probe that is wanted next; `undefined` when the search is over. */
export const next = (search: Search): Probe.Ask | undefined => Course.next(search.course)

const isSame = (left: Probe.Ask, right: Probe.Ask): boolean =>
  left.load === right.load && left.repetition === right.repetition && left.phase === right.phase

const answered = (ahead: ReadonlyArray<Probe.Probe>, ask: Probe.Ask): Probe.Outcome | undefined =>
  ahead.find((probe) => isSame(probe.ask, ask))?.outcome

/** Tells what a probe came to, in any order. What is not wanted, now or later, changes nothing. */
export const tell = (search: Search, ask: Probe.Ask, outcome: Probe.Outcome): Search => {
  if (answered([...search.course.probes, ...search.ahead], ask) !== undefined) return search
  let { course } = search
  let ahead = [...search.ahead, { ask, outcome }]
  for (;;) {
    const wanted = Course.next(course)
    const answer = wanted && answered(ahead, wanted)
    if (wanted === undefined || answer === undefined) break
    course = Course.tell(course, answer)
    ahead = ahead.filter((probe) => !isSame(probe.ask, wanted))
  }
  return { course, ahead: Course.next(course) === undefined ? [] : ahead }
}

interface Future {
  readonly course: Course.Course
  readonly probability: number
}

const takeLikeliest = (futures: Array<Future>): Future | undefined => {
  let best = 0
  futures.forEach(({ probability }, index) => {
    if (probability > (futures[best]?.probability ?? 0)) best = index
  })
  return futures.splice(best, 1)[0]
}

/**
 * Up to `count` probes to fly at once: the one that is wanted, then those that may be wanted, the
 * likeliest first. Until a probe is told it stays in the list; asking for more only makes the list
 * longer. Fewer than `count` when the search cannot need more.
 */
export const nextMany = (search: Search, count: number): ReadonlyArray<Probe.Ask> => {
  const asks: Array<Probe.Ask> = []
  const futures: Array<Future> = [{ course: search.course, probability: 1 }]
  for (let looked = 0; looked < futuresPerAsk * count && asks.length < count; looked++) {
    const future = takeLikeliest(futures)
    if (future === undefined) break
    const { course, probability } = future
    const ask = Course.next(course)
    if (ask === undefined) continue
    const known = answered(search.ahead, ask)
    if (known !== undefined) {
      futures.push({ course: Course.tell(course, known), probability })
      continue
    }
    if (!asks.some((asked) => isSame(asked, ask))) asks.push(ask)
    if (Course.isForegone(course)) {
      futures.push({ course: Course.tell(course, supposedPass), probability })
      continue
    }
    const passes = likelihood[ask.phase]
    futures.push(
      { course: Course.tell(course, supposedPass), probability: probability * passes },
      { course: Course.tell(course, supposedFail), probability: probability * (1 - passes) }
    )
  }
  return asks
}

/** What is known so far. */
export const result = (search: Search): Estimate.Estimate => Estimate.of(search.course)
