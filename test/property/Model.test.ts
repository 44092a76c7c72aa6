/** The models agree with plain objects, and tell what they do. */
import { Option } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Model from "../../src/property/Model.ts"
import * as Histories from "./Histories.ts"

/** Steps both along the same inputs: answers are accepted if they are the plain object's. */
const agreement = <State, Plain, Input, Output>(
  model: Model.Model<State, Input, Output>,
  plain: Histories.Plain<Plain, Input>,
  other: Output
): fc.RunDetails<[Array<Input>]> =>
  fc.check(
    fc.property(fc.array(plain.input, { maxLength: 30 }), (inputs) => {
      let state = model.initial
      let expected = plain.initial
      for (const input of inputs) {
        const [next, answer] = plain.apply(expected, input)
        // The plain object answers what the model's operations answer.
        const accepted = model.step(state, input, Option.some(answer as Output))
        const unseen = model.step(state, input, Option.none())
        expect(Option.isSome(accepted)).toBe(true)
        expect(unseen).toEqual(accepted)
        const isSilent = ["put", "write"].includes(Reflect.get(Object(input), "_tag"))
        expect(Option.isSome(model.step(state, input, Option.some(other)))).toBe(isSilent)
        if (model.changesNothing(input, Option.some(answer as Output))) {
          expect(accepted).toEqual(Option.some(state))
        }
        state = Option.getOrThrow(accepted)
        expected = next
      }
    })
  )

describe("a register", () => {
  it("answers as a variable does", () => {
    const result = agreement(Model.register<number | string>(0), Histories.register, "no answer")
    expect(result).toMatchObject({ failed: false })
  })
})

describe("a key-value store", () => {
  const model = Model.keyValue<string, number>()

  it("answers as an object does", () => {
    const store = Model.keyValue<string, number | string>()
    const result = agreement(store, Histories.keyValue, "no answer")
    expect(result).toMatchObject({ failed: false })
  })

  it("gives two states the same text exactly if they hold the same values", () => {
    const state = fc.dictionary(fc.constantFrom("a", "b", "a=1,b"), fc.integer({ min: 0, max: 2 }))
    fc.assert(
      fc.property(state, state, (left, right) => {
        const text = (entries: object): string =>
          model.stateText(
            new Map(Object.entries(entries).map(([key, value]) => [JSON.stringify(key), value]))
          )
        const sorted = (entries: object): string => JSON.stringify(Object.entries(entries).sort())
        expect(text(left) === text(right)).toBe(sorted(left) === sorted(right))
      })
    )
  })

  it.each([
    [{ _tag: "get", key: "x" }, Option.some(undefined), 'get "x" → nothing'],
    [{ _tag: "get", key: "x" }, Option.none(), 'get "x" → ?'],
    [{ _tag: "put", key: "x", value: 1 }, Option.none(), 'put "x" 1'],
    [{ _tag: "delete", key: "x" }, Option.some(true), 'delete "x" → true']
  ] as const)("shows %j", (input, output, text) => {
    expect(model.operationText(input, output)).toBe(text)
  })
})
