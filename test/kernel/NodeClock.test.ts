import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as NodeClock from "../../src/kernel/NodeClock.ts"

const epochMicros = NodeClock.epochMillis * 1_000
const secondMicros = 1_000_000

/** A clock, and the true time behind it. */
const machine = () => {
  let time = 0
  const clock = NodeClock.make(() => time)
  const at = (micros: number): void => void (time = micros)
  return { clock, at, pass: (micros: number) => at(time + micros) }
}

/** What can happen to a clock. `undo` heals the fault that began so many faults ago, if it acts. */
type Step =
  | { readonly _tag: "pass"; readonly micros: number }
  | { readonly _tag: "jump"; readonly micros: number }
  | { readonly _tag: "drift"; readonly ppm: number }
  | { readonly _tag: "freeze" }
  | { readonly _tag: "undo"; readonly index: number }

const day = 86_400 * secondMicros

const micros = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 5_000_000 }), fc.nat({ max: day }))

const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.oneof(
    fc.record({ _tag: fc.constant("pass" as const), micros }),
    fc.record({ _tag: fc.constant("jump" as const), micros: fc.integer({ min: -day, max: day }) }),
    fc.record({
      _tag: fc.constant("drift" as const),
      ppm: fc.integer({ min: -500_000, max: 500_000 })
    }),
    fc.constant({ _tag: "freeze" as const }),
    fc.record({ _tag: fc.constant("undo" as const), index: fc.nat({ max: 8 }) })
  ),
  { maxLength: 30 }
)

const offsets = fc.oneof(fc.constant(0), fc.integer({ min: -10_000_000, max: 10_000_000 }))

interface Acting {
  readonly heal: () => void
  readonly jumpMicros: number
  readonly isFreeze: boolean
}

/** Does to a clock what the steps say, and looks at it after each. Returns what still acts. */
const run = (
  clock: NodeClock.NodeClock,
  pass: (micros: number) => void,
  all: ReadonlyArray<Step>,
  look: (step: Step | undefined, acting: ReadonlyArray<Acting>) => void
): Array<Acting> => {
  const acting: Array<Acting> = []
  look(undefined, acting)
  for (const step of all) {
    switch (step._tag) {
      case "pass":
        pass(step.micros)
        break
      case "jump": {
        const { micros } = step
        NodeClock.jump(clock, micros)
        const heal = () => NodeClock.jump(clock, -micros)
        acting.push({ heal, jumpMicros: micros, isFreeze: false })
        break
      }
      case "drift": {
        const { ppm } = step
        NodeClock.drift(clock, ppm)
        acting.push({ heal: () => NodeClock.drift(clock, -ppm), jumpMicros: 0, isFreeze: false })
        break
      }
      case "freeze":
        NodeClock.freeze(clock)
        acting.push({ heal: () => NodeClock.thaw(clock), jumpMicros: 0, isFreeze: true })
        break
      case "undo":
        acting.splice(acting.length - 1 - step.index, 1)[0]?.heal()
        break
    }
    look(step, acting)
  }
  return acting
}

describe("a monotonic clock", () => {
  it("never goes back and never stands still for long, whatever acts (offsets, faults)", () => {
    fc.assert(
      fc.property(offsets, steps, (offset, all) => {
        const { clock, pass } = machine()
        NodeClock.setOffset(clock, offset)
        let before = 0
        run(clock, pass, all, (step) => {
          const now = NodeClock.monotonicMicros(clock)
          expect(Number.isSafeInteger(now)).toBe(true)
          // Nothing but time moves it, and time moves it by half to one and a half of itself.
          const passed = step?._tag === "pass" ? step.micros : 0
          expect(now - before).toBeGreaterThanOrEqual(Math.floor(passed / 2))
          expect(now - before).toBeLessThanOrEqual(Math.ceil(passed * 1.5))
          before = now
        })
      }),
      { numRuns: 500 }
    )
  })

  it("reads the same, microsecond by microsecond, as exact fractions do (drifts)", () => {
    const ppm = fc.integer({ min: -500_000, max: 500_000 })
    fc.assert(
      fc.property(ppm, micros, micros, (ppm, start, elapsed) => {
        const { clock, pass } = machine()
        pass(start)
        NodeClock.drift(clock, ppm)
        pass(elapsed)
        const gained = BigInt(elapsed) * BigInt(1_000_000 + ppm)
        const exact = BigInt(start) + gained / 1_000_000n
        expect(BigInt(NodeClock.monotonicMicros(clock))).toBe(exact)
      }),
      { numRuns: 500 }
    )
  })

  it("holds drifts to half the pace either way together, and takes back each alone", () => {
    const { clock, pass } = machine()
    NodeClock.drift(clock, -400_000)
    NodeClock.drift(clock, -400_000)
    pass(10 * secondMicros)
    expect(NodeClock.monotonicMicros(clock)).toBe(5 * secondMicros)
    NodeClock.drift(clock, 400_000)
    pass(10 * secondMicros)
    expect(NodeClock.monotonicMicros(clock)).toBe(11 * secondMicros)
    NodeClock.drift(clock, 400_000)
    pass(10 * secondMicros)
    expect(NodeClock.monotonicMicros(clock)).toBe(21 * secondMicros)
    expect(NodeClock.isDisturbed(clock)).toBe(false)
    expect(NodeClock.toText(clock)).toBe("9s behind")
  })
})

describe("a wall clock", () => {
  it("shows epoch, monotonic time, offset and the jumps that act, no more (faults)", () => {
    fc.assert(
      fc.property(offsets, steps, (offset, all) => {
        const { clock, pass } = machine()
        NodeClock.setOffset(clock, offset)
        let frozen = 0
        run(clock, pass, all, (step, acting) => {
          const freezes = acting.filter(({ isFreeze }) => isFreeze).length
          if (step?._tag === "freeze" && freezes === 1) frozen = NodeClock.monotonicMicros(clock)
          const counted = freezes > 0 ? frozen : NodeClock.monotonicMicros(clock)
          const jumps = acting.reduce((sum, { jumpMicros }) => sum + jumpMicros, 0)
          expect(NodeClock.wallMicros(clock)).toBe(epochMicros + counted + offset + jumps)
          expect(NodeClock.wallMillis(clock)).toBe(Math.floor(NodeClock.wallMicros(clock) / 1_000))
          expect(NodeClock.isDisturbed(clock)).toBe(
            jumps !== 0 || freezes > 0 || clock.driftPpm !== 0
          )
        })
      }),
      { numRuns: 500 }
    )
  })

  it("is as it was when all has healed, but for what drifts have gained (faults, orders)", () => {
    fc.assert(
      fc.property(offsets, steps, fc.boolean(), (offset, all, isLastFirst) => {
        const { clock, pass } = machine()
        NodeClock.setOffset(clock, offset)
        const left = run(clock, pass, all, () => {})
        for (const { heal } of isLastFirst ? left.reverse() : left) heal()
        expect(NodeClock.isDisturbed(clock)).toBe(false)
        const gained = NodeClock.monotonicMicros(clock) - clock.now()
        if (!all.some(({ _tag }) => _tag === "drift")) expect(gained).toBe(0)
        pass(12_345)
        expect(NodeClock.monotonicMicros(clock)).toBe(clock.now() + gained)
        expect(NodeClock.wallMicros(clock)).toBe(epochMicros + clock.now() + gained + offset)
        expect(clock.isTrue).toBe(gained === 0 && offset === 0)
      }),
      { numRuns: 500 }
    )
  })

  it("says in words what it shows", () => {
    const { clock, pass } = machine()
    const texts = [NodeClock.toText(clock)]
    NodeClock.setOffset(clock, -1_500_000)
    texts.push(NodeClock.toText(clock))
    NodeClock.jump(clock, 3_500_000)
    texts.push(NodeClock.toText(clock))
    NodeClock.freeze(clock)
    NodeClock.drift(clock, 500)
    pass(1_000_000)
    texts.push(NodeClock.toText(clock))
    expect(texts).toEqual(["right", "1.5s behind", "2s ahead", "frozen, 500 ppm fast, 1s ahead"])
  })
})

describe("a timer", () => {
  it("ends at the first moment at which its clock has gone on by as much (drifts, lengths)", () => {
    fc.assert(
      fc.property(steps, micros, (all, length) => {
        const { at, clock, pass } = machine()
        run(clock, pass, all, () => {})
        const from = NodeClock.monotonicMicros(clock)
        const due = NodeClock.dueAt(clock, length)
        expect(Number.isSafeInteger(due)).toBe(true)
        expect(due).toBeGreaterThanOrEqual(clock.now())
        if (due > clock.now()) {
          at(due - 1)
          expect(NodeClock.monotonicMicros(clock) - from).toBeLessThan(length)
        }
        at(due)
        expect(NodeClock.monotonicMicros(clock) - from).toBeGreaterThanOrEqual(length)
      }),
      { numRuns: 500 }
    )
  })

  it("of 10 seconds takes 9.901 by a clock that is 1 % fast, 10.101 by one that is slow", () => {
    const { clock } = machine()
    NodeClock.drift(clock, 10_000)
    expect(NodeClock.dueAt(clock, 10 * secondMicros)).toBe(9_900_991)
    NodeClock.drift(clock, -20_000)
    expect(NodeClock.dueAt(clock, 10 * secondMicros)).toBe(10_101_011)
  })

  it("takes no notice of offsets, jumps and freezes (offsets, jumps)", () => {
    fc.assert(
      fc.property(offsets, fc.integer({ min: -day, max: day }), micros, (offset, by, length) => {
        const { clock, pass } = machine()
        NodeClock.setOffset(clock, offset)
        NodeClock.jump(clock, by)
        NodeClock.freeze(clock)
        pass(7)
        expect(NodeClock.dueAt(clock, length)).toBe(7 + length)
      })
    )
  })
})
