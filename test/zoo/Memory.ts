/** Animals whose answers depend on what was before, on memory, and on the order of things. */
import * as asyncHooks from "node:async_hooks"
import { createRequire } from "node:module"
import { type Animal, animal } from "./Animal.ts"

let asked = 0
const seen = new Map<string, number>()
let cached: Promise<string> | undefined
const require = createRequire(import.meta.url)
/** The smallest module there is: a magic number and a version. */
const emptyModule = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)
const local = new asyncHooks.AsyncLocalStorage<string>()

/** Animals that remember, or compare by identity. */
export const memory: ReadonlyArray<Animal> = [
  animal("a counter of the module", () => ++asked),
  animal("a cache of the module", (text) => {
    seen.set(text, (seen.get(text) ?? 0) + 1)
    return seen.get(text)
  }),
  animal("a promise kept by the module", async () => {
    cached ??= new Promise((resolve) => void setTimeout(resolve, 50, "kept"))
    return `${await cached} ${performance.now()}`
  }),
  animal("a property of `globalThis`", () => {
    const before: unknown = Reflect.get(globalThis, "zooVisits")
    const visits = typeof before === "number" ? before + 1 : 1
    Reflect.set(globalThis, "zooVisits", visits)
    return visits
  }),
  animal("`WeakRef`", () => {
    const kept = new WeakRef({ name: "zebra" })
    return kept.deref()?.name
  }),
  animal("`FinalizationRegistry`", () => {
    let collected = 0
    new FinalizationRegistry(() => collected++).register({}, "zebra")
    Array.from({ length: 1000 }, () => "zebra".repeat(100))
    return new Promise((resolve) => void setTimeout(() => resolve(collected), 1000))
  }),
  animal("`structuredClone`", () => structuredClone({ at: new Date(0) }).at.getTime()),
  animal("`stack` of an error", () => new Error("zebra").stack),
  animal("`stack` of an error after `await`", async () => {
    await undefined
    return new Error("zebra").stack
  }),
  animal("`Error.captureStackTrace`", () => {
    const kept = { stack: "" }
    Error.captureStackTrace(kept)
    return kept.stack
  }),
  animal("order of `Object.keys`", () => Object.keys({ b: 1, a: 2, 10: 3, 9: 4 })),
  animal("order of symbols and objects in a `Map`", () => {
    const keys = [Symbol("b"), {}, Symbol("a"), () => {}]
    return [...new Map(keys.map((key, at) => [key, at])).values()]
  }),
  animal("`AsyncLocalStorage`", (text) =>
    local.run(text, async () => {
      await undefined
      await new Promise((resolve) => void setTimeout(resolve, 2))
      return local.getStore() ?? "lost"
    })
  ),
  animal("`executionAsyncId`", () => asyncHooks.executionAsyncId()),
  animal("`URL.createObjectURL`", () => URL.createObjectURL(new Blob(["zebra"]))),
  animal("boundary of a `FormData`", async () => {
    const form = new FormData()
    form.set("name", "zebra")
    return new Response(form).text()
  }),
  animal("`require()` in a handler", () => typeof require("./Required.cjs")),
  animal("`WebAssembly.instantiate`", async () => {
    const compile: unknown = Reflect.get(Reflect.get(globalThis, "WebAssembly"), "instantiate")
    return typeof compile === "function" && typeof (await compile(emptyModule)).instance
  }),
  animal("`Function.prototype.toString`", () => String(seen.get).length)
]
