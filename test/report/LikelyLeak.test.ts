import { describe, expect, it } from "vitest"
import type { Parting } from "../../src/flight/Sameness.ts"
import type { Event } from "../../src/recording/Event.ts"
import { type Circumstances, likelyLeak } from "../../src/report/LikelyLeak.ts"

const nowMillis = 1_795_405_920_019
const laterMillis = 31_536_000_000
const about: Circumstances = {
  place: "process",
  nowMillis,
  laterMillis,
  minutesAhead: [765, 825],
  timeZones: ["UTC", "Pacific/Chatham"],
  locales: ["en-US", "sv-SE"]
}

const eventOf = (value: unknown, what = "reply"): Event => ({
  step: 5,
  time: 9_500,
  kind: "send",
  node: "desk",
  peer: "client-1",
  what,
  because: [],
  // What services answer is JSON; these are.
  value: value as Event["value"] & {}
})

const between = (here: unknown, there: unknown): Parting => ({
  step: 5,
  here: eventOf(here),
  there: eventOf(there),
  hereNext: [],
  thereNext: []
})

const realClock = /^the real clock/u
const timeZone = /^the time zone/u
const locale = /^the locale/u
const order = /^the order of a HashSet/u
const chance = /^real chance/u
const path = /^a path of the machine/u
const process = /^what only this process has/u

describe("the likely leak", () => {
  it.each([
    ["milliseconds of now", nowMillis, nowMillis + laterMillis + 400, realClock],
    ["milliseconds moments apart", nowMillis, nowMillis + 3, realClock],
    ["seconds of now in a text", "at 1795405920s", "at 1826941921s", realClock],
    ["nanoseconds", nowMillis * 1e6, (nowMillis + laterMillis) * 1e6, realClock],
    ["a monotonic clock, a year apart", 81_234.5, 81_240.25 + laterMillis, realClock],
    ["a year", { founded: 2026 }, { founded: 2027 }, realClock],
    ["a date", "2026-11-23T03:52:03.937Z", "2027-11-23T03:52:03.095Z", realClock],
    [
      "a date in words",
      "Mon Nov 23 2026 03:52:03 GMT+0000",
      "Tue Nov 23 2027 17:37:03 GMT+1345 (Chatham Daylight Time)",
      realClock
    ],
    ["the name of a zone", "in UTC", "in Pacific/Chatham", timeZone],
    ["an hour deep in a value", { shop: { hours: 3 } }, { shop: { hours: 17 } }, timeZone],
    ["an offset in minutes", 0, -825, timeZone],
    ["a time of day", "opens 09:15", "opens 23:00", timeZone],
    ["separators of digits", "1,234.5 kr", "1\u00a0234,5 kr", locale],
    ["the name of a locale", "en-US", "sv-SE", locale],
    ["words by two alphabets", ["a", "ö", "z"], ["a", "z", "ö"], locale],
    ["other orders", [0, 4, 6, 2], [6, 0, 2, 4], order],
    ["other orders in a text", "b, a, c", "c, b, a", order],
    ["identifiers", "567e73e3-cb10-4fe0-b967", "e0204223-9e22-4974-b74c", chance],
    ["fractions", 0.123_456_789_012_34, 0.987_654_321_098_76, chance],
    ["paths", "/opt/one/main.js", "/opt/other/probe.js", path],
    ["small numbers", 6_044, 6_045, process],
    ["anything else", true, false, process]
  ])("is told by %s", (_, here, there, expected) => {
    expect(likelyLeak(between(here, there), about)).toMatch(expected)
  })

  it("is state that outlives a run where only the order of runs differs", () => {
    const again = { ...about, place: "again" } as const
    expect(likelyLeak(between(1, 11), again)).toMatch(/^state that outlives a run/u)
    expect(likelyLeak(between([1, 2], [2, 1]), again)).toMatch(/^state that outlives a run/u)
    expect(likelyLeak(between(nowMillis, nowMillis + 2), again)).toMatch(realClock)
  })

  it("is an order where the same events come in another", () => {
    const [one, other] = [eventOf(1, "to one"), eventOf(1, "to other")]
    const parting = { step: 5, here: one, there: other, hereNext: [other], thereNext: [one] }
    expect(likelyLeak(parting, about)).toMatch(order)
    expect(likelyLeak({ ...parting, thereNext: [] }, about)).toMatch(process)
  })

  it("is not known from a side that has ended, or where nothing differs", () => {
    const ended = { ...between(1, 2), there: undefined }
    expect(likelyLeak(ended, { ...about, place: "thread" })).toMatch(/^what only the main thread/u)
    expect(likelyLeak(undefined, about)).toMatch(/^not known/u)
  })
})
