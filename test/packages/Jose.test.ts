/**
 * The `jose` package, as it comes from npm, in a service: its remote key set, with its cooldown and
 * its age, is on virtual time and the simulated network; the engine's cryptography is waited for.
 */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { createRemoteJWKSet, importJWK, jwtVerify, SignJWT } from "jose"
import { describe, expect, it } from "vitest"
import { type Answer, ask, fly, flyMany, type Setup } from "./Flying.ts"
import { curveKey, nextKey, privateKey, rsaKey, tokens } from "./Keys.ts"

const secret = new TextEncoder().encode("a secret that both sides have long known")

const isToken = (text: string): text is keyof typeof tokens => Object.hasOwn(tokens, text)

type Options = NonNullable<Parameters<typeof createRemoteJWKSet>[1]>

/** Verifies the token of the name it is asked for. */
const verifying =
  (options: Options = {}): Setup["front"] =>
  () => {
    const keys = createRemoteJWKSet(new URL("http://remote/keys"), options)
    return async (text) => {
      const name = text.replace(/ .*/u, "")
      if (!isToken(name)) return "no such token"
      const { payload } = await jwtVerify(tokens[name], keys)
      return `ok ${payload.sub}`
    }
  }

/** Gives its keys, after a while another one as well, and counts how often it was asked. */
const keySet =
  (asked: { times: number }, rotatesAfterMillis = Infinity): (() => Answer) =>
  () =>
    Effect.sync(() => {
      asked.times++
      const isRotated = Date.now() - startMillis >= rotatesAfterMillis
      return HttpServerResponse.jsonUnsafe({
        keys: [rsaKey, curveKey, ...(isRotated ? [nextKey] : [])]
      })
    })

/** The wall clock of a node when a flight begins. */
const startMillis = Date.UTC(2030, 0, 1)

describe("jose", () => {
  it("verifies what was signed by keys of a remote set, and fetches them once", async () => {
    const asked = { times: 0 }
    const { answers, reports } = await fly({ front: verifying(), remote: keySet(asked) }, [
      ask("o-1", 10, "rs256"),
      ask("o-2", 1_000, "es256"),
      ask("o-3", 2_000, "rs256")
    ])
    expect({ answers, reports }).toEqual({
      answers: { "o-1": "ok rsa-1", "o-2": "ok ec-1", "o-3": "ok rsa-1" },
      reports: []
    })
    expect(asked.times).toBe(1)
  })

  it("looks for an unknown key again only after its cooldown of 30 seconds", async () => {
    const asked = { times: 0 }
    const { answers, reports } = await fly({ front: verifying(), remote: keySet(asked, 5_000) }, [
      ask("o-1", 10, "es256"),
      ask("o-2", 10_000, "rotated"),
      ask("o-3", 29_000, "rotated"),
      ask("o-4", 31_000, "rotated")
    ])
    const unknown = "JWKSNoMatchingKey: no applicable key found in the JSON Web Key Set"
    expect({ answers, reports }).toEqual({
      answers: { "o-1": "ok ec-1", "o-2": unknown, "o-3": unknown, "o-4": "ok ec-2" },
      reports: []
    })
    expect(asked.times).toBe(2)
  })

  it("fetches the keys anew when they are older than ten minutes", async () => {
    const asked = { times: 0 }
    const operations = [10, 300_000, 599_000, 601_000].map((atMs, at) =>
      ask(`o-${at}`, atMs, "es256")
    )
    const { reports } = await fly({ front: verifying(), remote: keySet(asked) }, operations)
    expect(reports).toEqual([])
    expect(asked.times).toBe(2)
  })

  it("refuses a token that has expired on the node's clock", async () => {
    const { answers } = await fly({ front: verifying(), remote: keySet({ times: 0 }) }, [
      ask("o-1", 59_000, "brief"),
      ask("o-2", 61_000, "brief")
    ])
    expect(answers).toEqual({
      "o-1": "ok ec-1",
      "o-2": 'JWTExpired: "exp" claim timestamp check failed'
    })
  })

  it("gives up on a key set that does not answer within five seconds", async () => {
    const remote = (): Answer =>
      Effect.sleep("1 minute").pipe(Effect.as(HttpServerResponse.empty()))
    const { answers, endedMillis, reports } = await fly({ front: verifying(), remote }, [
      ask("o-1", 1_000, "es256")
    ])
    expect(answers["o-1"]).toBe("JWKSTimeout: request timed out")
    expect(reports).toEqual([])
    expect(Math.round((endedMillis["o-1"] ?? 0) / 1000)).toBe(6)
  })

  it("signs and verifies with HS256", async () => {
    const front: Setup["front"] = () => async (text) => {
      const token = await new SignJWT({ sub: text })
        .setProtectedHeader({ alg: "HS256" })
        .setIssuedAt()
        .setExpirationTime("2h")
        .sign(secret)
      const { payload } = await jwtVerify(token, secret)
      return `${payload.sub} ${payload.iat}`
    }
    const { answers, reports } = await fly({ front }, [ask("o-1", 10), ask("o-2", 9_000)])
    const iat = startMillis / 1000
    expect({ answers, reports }).toEqual({
      answers: { "o-1": `o-1 ${iat}`, "o-2": `o-2 ${iat + 9}` },
      reports: []
    })
  })

  it("cannot sign with ES256, which is random, and is told so with its line", async () => {
    const front: Setup["front"] = () => async (text) =>
      new SignJWT({ sub: text })
        .setProtectedHeader({ alg: "ES256" })
        .sign(await importJWK(privateKey, "ES256"))
    const { reports } = await fly({ front }, [ask("o-1", 10)])
    expect(reports).toHaveLength(1)
    expect(reports[0]).toMatch(
      /^front called crypto\.subtle\.sign at jose\/.*\.js:\d+.*: its result is random/u
    )
  })

  it("flies the same with the same seed, in turbulence", async () => {
    const front: Setup["front"] = () => {
      const verify = verifying({ cooldownDuration: 1_000, cacheMaxAge: 3_000 })()
      const names = { a: "rs256", b: "es256", c: "rotated" } as const
      return (text) => verify(text === "a" || text === "b" ? names[text] : names.c)
    }
    const { answers, digests } = await flyMany({ front, remote: keySet({ times: 0 }, 5_000) })
    expect(digests.size).toBe(50)
    for (const answer of ["ok rsa-1", "ok ec-1", "ok ec-2"]) {
      expect(answers.get(answer)).toBeGreaterThan(5)
    }
    expect(answers.size).toBeGreaterThan(4)
  })
})
