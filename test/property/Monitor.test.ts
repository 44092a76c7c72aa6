/** Laws of the judge of one flight. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Property, View } from "../../src/property/Property.ts"
import * as Always from "../../src/property/Always.ts"
import * as Eventually from "../../src/property/Eventually.ts"
import * as Monitor from "../../src/property/Monitor.ts"
import * as OfHistory from "../../src/property/OfHistory.ts"
import * as Sometimes from "../../src/property/Sometimes.ts"
import { holds, unknown, violated } from "../../src/property/Verdict.ts"
import * as Histories from "./Histories.ts"

/** A moment at which the nodes in `nodes` are alive. */
const at = (time: number, ...nodes: ReadonlyArray<string>): View => ({
  time,
  history: [],
  read: () => new Map(),
  nodes,
  core: nodes
})

const evidence = { subject: "nodes", expected: "b is dead", actual: "b is alive" }
const bIsDead = Always.make("b is dead", ({ nodes }) => (nodes.includes("b") ? evidence : true))
const cComes = Eventually.make("c comes", { within: "10 millis", after: "start" }, ({ nodes }) =>
  nodes.includes("c")
)
const cComesAfter = Eventually.make("c comes", { within: "10 millis" }, ({ nodes }) =>
  nodes.includes("c")
)
const late = {
  _tag: "Violation",
  property: "c comes",
  counterexample: {
    subject: "c comes",
    expected: "c comes",
    actual: "it did not come to hold within 10ms"
  }
}

describe("an Always", () => {
  it("is violated at the first moment at which it does not hold", () => {
    const monitor = Monitor.make([bIsDead])
    expect(monitor.observe(at(1, "a"))).toBeUndefined()
    expect(monitor.observe(at(2, "a", "b"))).toEqual({
      _tag: "Violation",
      property: "b is dead",
      counterexample: evidence
    })
  })

  it("is checked at the last moment as well", () => {
    const { finding } = Monitor.make([bIsDead]).finish(at(2, "b"), "settled")
    expect(finding).toMatchObject({ _tag: "Violation", property: "b is dead" })
  })

  it("holds when its check answers nothing", () => {
    const silent = Always.make("silent", () => {})
    expect(Monitor.make([silent]).observe(at(1))).toBeUndefined()
  })

  it("is reported before those declared after it", () => {
    const also = Always.make("also", () => false)
    const finding = Monitor.make([also, bIsDead]).observe(at(1, "b"))
    expect(finding).toEqual({
      _tag: "Violation",
      property: "also",
      counterexample: { subject: "also", expected: "also", actual: "it does not hold" }
    })
  })
})

describe("an Eventually", () => {
  it("is violated right after its bound, and not before", () => {
    const monitor = Monitor.make([cComes])
    expect(monitor.observe(at(0, "a"))).toBeUndefined()
    expect(monitor.deadline()).toBe(10_001)
    expect(monitor.observe(at(10_000, "a"))).toBeUndefined()
    expect(monitor.observe(at(10_001, "a"))).toEqual(late)
  })

  it("is in time at the very end of its bound", () => {
    const monitor = Monitor.make([cComes])
    expect(monitor.observe(at(10_000, "c"))).toBeUndefined()
    expect(monitor.settled()).toBe(true)
    expect(monitor.deadline()).toBeUndefined()
  })

  it("is violated although it comes to hold too late", () => {
    const monitor = Monitor.make([cComes])
    monitor.observe(at(0))
    expect(monitor.observe(at(10_001, "c"))).toEqual(late)
  })

  it("stays satisfied when it ceases to hold", () => {
    const monitor = Monitor.make([cComes])
    monitor.observe(at(5, "c"))
    expect(monitor.observe(at(20_000, "a"))).toBeUndefined()
    expect(monitor.finish(at(30_000, "a"), "quiescent")).toEqual({
      finding: undefined,
      unknown: []
    })
  })

  it("counts from the moment the faults have healed, and does not look before", () => {
    const monitor = Monitor.make([cComesAfter])
    monitor.observe(at(1, "c"))
    expect([monitor.settled(), monitor.deadline()]).toEqual([false, undefined])
    monitor.settle(50_000)
    monitor.settle(70_000)
    expect(monitor.deadline()).toBe(60_001)
    expect(monitor.observe(at(50_000, "a"))).toBeUndefined()
    expect(monitor.observe(at(60_001, "a"))).toEqual(late)
  })

  it("is unknown when the flight ends within its bound", () => {
    const monitor = Monitor.make([cComes])
    monitor.observe(at(0))
    expect(monitor.finish(at(9_999), "horizon")).toEqual({
      finding: undefined,
      unknown: ["c comes: the flight ended at 9.999ms, its bound at 10ms"]
    })
  })

  it("is violated when the flight ends with its bound", () => {
    expect(Monitor.make([cComes]).finish(at(10_000), "horizon").finding).toEqual(late)
  })

  it("is violated within its bound when nothing will ever happen again", () => {
    expect(Monitor.make([cComes]).finish(at(3), "quiescent").finding).toEqual(late)
  })

  it("is unknown when its bound never began, however the flight ended", () => {
    for (const ending of ["quiescent", "settled", "horizon"] as const) {
      expect(Monitor.make([cComesAfter]).finish(at(3, "c"), ending)).toEqual({
        finding: undefined,
        unknown: ["c comes: its bound never began to run"]
      })
    }
  })

  it("is unknown, not satisfied and not violated, when nobody looked in time", () => {
    const monitor = Monitor.make([cComes])
    expect(monitor.observe(at(10_001, "c"))).toBeUndefined()
    expect([monitor.settled(), monitor.deadline()]).toEqual([false, undefined])
    expect(monitor.finish(at(10_002, "c"), "settled").unknown).toEqual([
      "c comes: nobody looked while there was time"
    ])
  })

  it("has the earliest deadline of those that wait", () => {
    const of = (name: string, within: number): Property =>
      Eventually.make(name, { within, after: "start" }, ({ nodes }) => nodes.includes(name))
    const monitor = Monitor.make([of("x", 9), of("y", 3), of("z", 5)])
    const deadlines = [["a"], ["y"], ["z"], ["x"]].map((nodes) => {
      monitor.observe(at(1, ...nodes))
      return monitor.deadline()
    })
    expect(deadlines).toEqual([3_001, 5_001, 9_001, undefined])
  })

  it("fails in time, or is settled, exactly as its moments say", () => {
    const moments = fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(moments, fc.nat({ max: 40 }), fc.nat({ max: 20 }), (times, from, within) => {
        const property = Eventually.make(
          "it",
          { within: `${within} micros`, after: "start" },
          ({ time }) => time >= from
        )
        const monitor = Monitor.make([property])
        const sorted = [...new Set([0, ...times])].sort((left, right) => left - right)
        const findings = sorted.map((time) => monitor.observe(at(time)))
        const isSatisfied = sorted.some((time) => time >= from && time <= within)
        const isLate = !isSatisfied && sorted.some((time) => time > within)
        expect(monitor.settled()).toBe(isSatisfied)
        expect(findings.some((finding) => finding !== undefined)).toBe(isLate)
      })
    )
  })
})

describe("a Sometimes", () => {
  const seen = (name: string): Property => Sometimes.make(name, ({ nodes }) => nodes.includes(name))

  it("is reached once and for all, and listed in order of declaration", () => {
    const monitor = Monitor.make([seen("x"), seen("y"), seen("z")])
    monitor.observe(at(1, "z"))
    monitor.observe(at(2, "x"))
    monitor.observe(at(3))
    expect(monitor.reached()).toEqual(["x", "z"])
    expect(monitor.finish(at(3), "settled")).toEqual({ finding: undefined, unknown: [] })
  })

  it("is no longer checked once it is reached", () => {
    let checks = 0
    const monitor = Monitor.make([
      Sometimes.make("counted", () => {
        checks += 1
        return true
      })
    ])
    for (let time = 0; time < 5; time++) monitor.observe(at(time))
    expect(checks).toBe(1)
  })
})

describe("a property of the history", () => {
  const entry = Histories.entry({ id: "o-1", startedAt: 0, payload: null })
  const view: View = { ...at(5), history: [entry] }

  it("is judged once, on the whole history, when the flight is over", () => {
    const judged: Array<number> = []
    const monitor = Monitor.make([
      OfHistory.make("judged", (history) => {
        judged.push(history.length)
        return holds
      })
    ])
    monitor.observe(at(1))
    expect(judged).toEqual([])
    expect(monitor.finish(view, "settled")).toEqual({ finding: undefined, unknown: [] })
    expect(judged).toEqual([1])
  })

  it("is reported with everything that stays unknown", () => {
    const conclusion = Monitor.make([
      OfHistory.make("spent", () => unknown("too many states")),
      OfHistory.make("wrong", () => violated(evidence)),
      cComes
    ]).finish(view, "horizon")
    expect(conclusion).toEqual({
      finding: { _tag: "Violation", property: "wrong", counterexample: evidence },
      unknown: ["spent: too many states", "c comes: the flight ended at 5µs, its bound at 10ms"]
    })
  })
})

describe("a check that throws", () => {
  const boom = (): never => {
    throw new RangeError("no such order")
  }
  it.each<readonly [string, Property]>([
    ["Always", Always.make("it", boom)],
    ["Eventually", Eventually.make("it", { within: "1 second", after: "start" }, boom)],
    ["Sometimes", Sometimes.make("it", boom)],
    ["OfHistory", OfHistory.make("it", boom)]
  ])("is an author error, neither a pass nor a violation (%s)", (_kind, property) => {
    const { finding } = Monitor.make([property]).finish(at(1), "settled")
    expect(finding).toBeInstanceOf(Monitor.CheckThrew)
    expect(finding).toMatchObject({
      _tag: "CheckThrew",
      property: "it",
      message: 'the check of property "it" threw RangeError: no such order'
    })
  })

  // What authors without types may write.
  const answering =
    (answer: unknown): (() => never) =>
    () =>
      answer as never
  it.each<readonly [string, Property]>([
    ["an Always a promise", Always.make("it", answering(Promise.resolve(true)))],
    ["an Always null", Always.make("it", answering(null))],
    ["an Always half the evidence", Always.make("it", answering({ subject: "it" }))],
    ["a Sometimes nothing", Sometimes.make("it", answering(undefined))],
    ["a judge nothing", OfHistory.make("it", answering(undefined))],
    ["a judge a boolean", OfHistory.make("it", answering(true))]
  ])("includes one that answers what it may not (%s)", (_answer, property) => {
    const { finding } = Monitor.make([property]).finish(at(1), "settled")
    expect(finding).toMatchObject({ _tag: "CheckThrew", property: "it" })
  })
})

describe("a monitor", () => {
  it("answers with its first finding from then on, and checks no more", () => {
    let checks = 0
    const counted = Always.make("counted", () => {
      checks += 1
      return checks < 3
    })
    const monitor = Monitor.make([counted, OfHistory.make("never asked", () => violated(evidence))])
    const findings = [1, 2, 3, 4, 5].map((time) => monitor.observe(at(time)))
    expect(findings.slice(0, 2)).toEqual([undefined, undefined])
    expect(new Set(findings.slice(2)).size).toBe(1)
    expect(monitor.finish(at(6), "quiescent")).toEqual({ finding: findings[2], unknown: [] })
    expect(checks).toBe(3)
  })

  it("is settled and without a deadline when nothing waits", () => {
    const monitor = Monitor.make([bIsDead])
    expect([monitor.settled(), monitor.deadline()]).toEqual([true, undefined])
  })

  it("judges the same properties anew for each flight", () => {
    for (const _flight of [1, 2]) {
      const monitor = Monitor.make([cComes])
      expect(monitor.settled()).toBe(false)
      monitor.observe(at(1, "c"))
      expect(monitor.settled()).toBe(true)
    }
  })
})
