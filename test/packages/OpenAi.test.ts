/**
 * The `openai` package, as it comes from npm, in a service: its retries, timeouts and streams are
 * on virtual time, over the simulated network.
 */
import { Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import OpenAI from "openai"
import { describe, expect, it } from "vitest"
import { scripted } from "../flight/Fly.ts"
import { type Answer, ask, fly, flyMany, type Setup } from "./Flying.ts"

const completion = (text: string) => ({
  id: "completion",
  object: "chat.completion",
  created: 0,
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: text } }]
})

const complete = HttpServerResponse.jsonUnsafe(completion("hello"))

const refused = (status: number, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.jsonUnsafe({ error: { message: "not now" } }, { status, headers })

/** Gives these answers one after the other, and the last one again and again. */
const inTurn =
  (...answers: ReadonlyArray<Answer>) =>
  (): Answer => {
    let at = 0
    return Effect.suspend(() => answers[Math.min(at++, answers.length - 1)] ?? Effect.never)
  }

/** Longer than anybody waits for it. */
const silence: Answer = Effect.as(Effect.sleep("50 minutes"), complete)

const words = ["the ", "air ", "is ", "calm"]

/** A completion in parts, each a tenth of a second after the one before. */
const streamed: Answer = Effect.succeed(
  HttpServerResponse.stream(
    Stream.fromIterable([...words.map((content) => ({ content })), undefined]).pipe(
      Stream.rechunk(1),
      Stream.tap(() => Effect.sleep("100 millis")),
      Stream.map((delta) =>
        delta === undefined
          ? "data: [DONE]\n\n"
          : `data: ${JSON.stringify({ ...completion(""), choices: [{ index: 0, delta }] })}\n\n`
      ),
      Stream.encodeText
    ),
    { contentType: "text/event-stream" }
  )
)

type Message = OpenAI.ChatCompletionMessageParam

const client = (options: ConstructorParameters<typeof OpenAI>[0] = {}): OpenAI =>
  new OpenAI({ apiKey: "a key", baseURL: "http://remote/v1", ...options })

const asked = (content: string): { model: string; messages: Array<Message> } => ({
  model: "m",
  messages: [{ role: "user", content }]
})

const completing =
  (options?: ConstructorParameters<typeof OpenAI>[0]): Setup["front"] =>
  () => {
    const openai = client(options)
    return async (text) => {
      const { choices } = await openai.chat.completions.create(asked(text))
      return choices[0]?.message.content ?? "nothing"
    }
  }

const streaming: Setup["front"] = () => {
  const openai = client({ maxRetries: 0 })
  return async (text) => {
    let read = ""
    try {
      const parts = await openai.chat.completions.create({ ...asked(text), stream: true })
      for await (const part of parts) read += part.choices[0]?.delta.content ?? ""
      return `${read}.`
    } catch (error) {
      return `${read}${String(error)}`
    }
  }
}

describe("openai", () => {
  it("completes", async () => {
    const { answers, reports } = await fly(
      { front: completing(), remote: inTurn(Effect.succeed(complete)) },
      [ask("o-1", 10)]
    )
    expect({ answers, reports }).toEqual({ answers: { "o-1": "hello" }, reports: [] })
  })

  it("tries again when it is told to, on virtual time", async () => {
    const { answers, endedMillis, reports } = await fly(
      {
        front: completing(),
        remote: inTurn(
          Effect.succeed(refused(429, { "retry-after": "20" })),
          Effect.succeed(refused(500)),
          Effect.succeed(complete)
        )
      },
      [ask("o-1", 10)]
    )
    expect({ answers, reports }).toEqual({ answers: { "o-1": "hello" }, reports: [] })
    // Twenty seconds as it was told, and then up to a second of its own choice.
    expect(endedMillis["o-1"]).toBeGreaterThan(20_500)
    expect(endedMillis["o-1"]).toBeLessThan(22_000)
  })

  it("gives up with the error of the last try", async () => {
    const { answers } = await fly(
      { front: completing(), remote: inTurn(Effect.succeed(refused(500))) },
      [ask("o-1", 10)]
    )
    expect(answers["o-1"]).toBe("InternalServerError: 500 not now")
  })

  it("waits for its timeout, ten minutes in all with two more tries, in no time", async () => {
    const { answers, endedMillis, reports } = await fly(
      { front: completing({ timeout: 200_000 }), remote: inTurn(silence) },
      [ask("o-1", 10)]
    )
    expect(answers["o-1"]).toBe("APIConnectionTimeoutError: Request timed out.")
    expect(reports).toEqual([])
    expect(endedMillis["o-1"]).toBeGreaterThan(600_000)
    expect(endedMillis["o-1"]).toBeLessThan(610_000)
  }, 5_000)

  it("never comes to its own ten minutes, for Node's fetch gives up after five", async () => {
    const { answers, endedMillis, reports } = await fly(
      { front: completing({ maxRetries: 0 }), remote: inTurn(silence) },
      [ask("o-1", 10)]
    )
    expect(answers["o-1"]).toBe("APIConnectionTimeoutError: Request timed out.")
    expect(reports).toEqual([])
    expect(Math.round((endedMillis["o-1"] ?? 0) / 1000)).toBe(300)
  })

  it("reads a stream", async () => {
    const { answers, endedMillis, reports } = await fly(
      { front: streaming, remote: inTurn(streamed) },
      [ask("o-1", 10)]
    )
    expect({ answers, reports }).toEqual({ answers: { "o-1": "the air is calm." }, reports: [] })
    expect(endedMillis["o-1"]).toBeGreaterThan(500)
  })

  it("notices that a stream breaks in the middle (the remote crashes)", async () => {
    const { answers, reports } = await fly(
      { front: streaming, remote: inTurn(streamed) },
      [ask("o-1", 10)],
      { faults: [{ _tag: "Crash", id: "f-1", atMs: 270, durationMs: 100, node: "remote" }] }
    )
    expect({ answers, reports }).toEqual({
      answers: { "o-1": "the air TypeError: terminated" },
      reports: []
    })
  })

  it("takes a stream that ends too early for the whole", async () => {
    const { answers, reports } = await fly(
      { front: streaming, remote: inTurn(streamed) },
      [ask("o-1", 10)],
      { entropy: scripted({ truncate: { 2: 1 } }) }
    )
    expect({ answers, reports }).toEqual({ answers: { "o-1": "the air ." }, reports: [] })
  })

  it("flies the same with the same seed, in turbulence", async () => {
    const { answers, digests } = await flyMany({
      front: completing({ timeout: 5_000 }),
      remote: inTurn(Effect.succeed(refused(429, { "retry-after": "3" })), Effect.succeed(complete))
    })
    expect(digests.size).toBe(50)
    expect(answers.get("hello")).toBeGreaterThan(100)
    // Some of it went wrong, or nothing was tested.
    expect(answers.size).toBeGreaterThan(1)
  })

  it("streams the same with the same seed, in turbulence", async () => {
    const { answers } = await flyMany({ front: streaming, remote: inTurn(streamed) })
    expect(answers.get("the air is calm.")).toBeGreaterThan(100)
    expect(answers.size).toBeGreaterThan(2)
  })
})
