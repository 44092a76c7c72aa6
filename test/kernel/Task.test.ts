import { describe, expect, it } from "vitest"
import {
  childHigh,
  childLow,
  makeLabel,
  nextOrdinal,
  pathOf,
  type Task
} from "../../src/kernel/Task.ts"
import { keyNumber } from "../../src/turbulence/Entropy.ts"
import { kindNames } from "../../src/turbulence/ChoicePoint.ts"

const makeTask = (parent: Task | undefined, text: string, ordinal: number): Task => {
  const label = makeLabel(text)
  return {
    time: 0,
    sequence: 0,
    high: parent === undefined ? 1 : childHigh(parent, label, ordinal),
    low: parent === undefined ? 2 : childLow(parent, label, ordinal),
    label,
    ordinal,
    parent,
    process: undefined,
    incarnation: 0,
    run: () => {},
    payload: undefined,
    cancelled: false,
    stretched: false,
    step: -1,
    origin: undefined,
    cedeAfter: 0,
    children: undefined
  }
}

const child = (parent: Task, text: string): Task =>
  makeTask(parent, text, nextOrdinal(parent, makeLabel(text)))

describe("the key of a task", () => {
  it("is that of no other choice point among a million", () => {
    // Trees as flights have them: few labels, many ordinals, long chains, all kinds of choices.
    const keys = new Set<number>()
    let count = 0
    const add = (task: Task): void => {
      for (const kind of kindNames) {
        keys.add(keyNumber(kind, task.high, task.low))
        count++
      }
    }
    const root = makeTask(undefined, "root", 0)
    for (let operation = 1; operation <= 500; operation++) {
      let task = child(root, `operation o-${operation}`)
      add(task)
      for (let depth = 0; depth < 60; depth++) {
        task = child(task, depth % 2 === 0 ? "a>b call" : "b>a reply")
        add(task)
        if (depth % 3 === 0) for (let twin = 0; twin < 8; twin++) add(child(task, "timer a"))
      }
    }
    expect(count).toBeGreaterThan(990_000)
    expect(keys.size).toBe(count)
  })

  it("depends on the parent, the label and the ordinal", () => {
    const root = makeTask(undefined, "root", 0)
    const keyOf = (task: Task): string => `${task.high} ${task.low}`
    const keys = [
      keyOf(child(root, "a")),
      keyOf(child(root, "a")),
      keyOf(child(root, "b")),
      keyOf(child(child(root, "a"), "a"))
    ]
    expect(new Set(keys).size).toBe(4)
    const again = makeTask(undefined, "root", 0)
    expect(keyOf(child(again, "a"))).toBe(keys[0])
  })

  it("has the same ordinals for equal texts, however many labels there are", () => {
    const task = makeTask(undefined, "root", 0)
    for (let ordinal = 0; ordinal < 3; ordinal++) {
      for (let label = 0; label < 40; label++) {
        // Every label is made anew: its text counts, not the object.
        expect(nextOrdinal(task, makeLabel(`label ${label}`))).toBe(ordinal)
      }
    }
  })
})

describe("the path of a task", () => {
  const root = makeTask(undefined, "operation o-1", 0)

  it("reads from the root, with ordinals from 2 on", () => {
    const call = child(root, "client-1>gateway charge")
    const first = child(call, "timer gateway")
    const second = child(call, "timer gateway")
    expect(pathOf(first)).toBe("operation o-1 › client-1>gateway charge › timer gateway")
    expect(pathOf(second)).toBe("operation o-1 › client-1>gateway charge › timer gateway 2")
  })

  it("counts a label that repeats along the chain", () => {
    let task = root
    for (let turn = 0; turn < 57; turn++) task = makeTask(task, "timer ledger", 0)
    expect(pathOf(task)).toBe("operation o-1 › timer ledger ×57")
  })

  it("leaves out the middle of a long chain, and says how much", () => {
    let task = root
    for (let turn = 1; turn <= 40; turn++) task = makeTask(task, `part ${turn}`, 0)
    const parts = pathOf(task).split(" › ")
    expect(parts).toHaveLength(16)
    expect(parts.slice(0, 4)).toEqual(["operation o-1", "part 1", "part 2", "… 26 more …"])
    expect(parts.at(-1)).toBe("part 40")
  })
})
