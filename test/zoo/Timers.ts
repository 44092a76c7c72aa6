/** Animals that wait, make promises, or never come back. */
import { setInterval as every } from "node:timers/promises"
import { type Animal, animal, called } from "./Animal.ts"

const slept = (millis: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, millis))

/** Animals that let something happen later. */
export const timers: ReadonlyArray<Animal> = [
  animal("`setTimeout`", () => slept(5)),
  animal("`setTimeout` again and again, and how far it drifts", async () => {
    const begun = performance.now()
    for (let turn = 0; turn < 5; turn++) await slept(3)
    return performance.now() - begun
  }),
  animal("a timer as a number", () => Number(setTimeout(() => {}, 5))),
  animal("`setInterval` that is never cleared", () => {
    let turns = 0
    setInterval(() => turns++, 10_000)
    return slept(25_000).then(() => turns)
  }),
  animal("`setImmediate`", () => called((done) => setImmediate(done, null, "soon"))),
  animal("`queueMicrotask`", () => called((done) => queueMicrotask(() => done(null)))),
  animal("`process.nextTick`", () => called((done) => process.nextTick(done, null, "next"))),
  animal("`for await` over `setInterval`", async () => {
    let turns = 0
    for await (const _ of every(5)) if (++turns === 3) return turns
    return turns
  }),
  animal("`AbortSignal.timeout`", () => {
    const signal = AbortSignal.timeout(5)
    return called((done) => {
      signal.addEventListener("abort", () => done(null, String(signal.reason)))
    })
  }),
  animal("the order of ticks, microtasks and timers", () => {
    const order: Array<string> = []
    const note = (what: string) => () => void order.push(what)
    setImmediate(note("immediate"))
    setTimeout(note("timeout"), 0)
    void Promise.resolve().then(note("promise"))
    process.nextTick(note("tick"))
    queueMicrotask(note("microtask"))
    return slept(5).then(() => order)
  }),
  animal("a callback of a timer that throws", () => {
    setTimeout(() => {
      throw new Error("the callback throws")
    }, 5)
    return slept(10)
  })
]

/** Animals that make promises. */
export const promises: ReadonlyArray<Animal> = [
  animal("a promise that is never settled", () => new Promise(() => {})),
  animal("a rejection that nobody handles", () => {
    void Promise.reject(new Error("nobody handles it"))
    return slept(5)
  }),
  animal("`Promise.race` of two timers", () =>
    Promise.race([slept(5).then(() => "one"), slept(5).then(() => "two")])
  ),
  animal("an async generator", async () => {
    const parts: Array<number> = []
    const generate = async function* () {
      for (let part = 0; part < 3; part++) {
        await slept(1)
        yield part
      }
    }
    for await (const part of generate()) parts.push(part)
    return parts
  }),
  animal("a web stream", async () => {
    const source = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        await slept(1)
        controller.enqueue(Buffer.from("part "))
        if (performance.now() % 3 < 1) controller.close()
      }
    })
    let text = ""
    for await (const part of source.pipeThrough(new TextDecoderStream())) text += part
    return text
  }),
  animal("`Blob.stream`", async () => {
    let text = ""
    for await (const part of new Blob(["one ", "two"]).stream()) text += Buffer.from(part)
    return text
  })
]

/** An animal that never gives the thread back: nothing that runs in the thread can stop it. */
export const endless: Animal = animal("promises that settle each other without end", async () => {
  for (;;) await undefined
})
