import nodeCrypto, { randomBytes as importedBytes } from "node:crypto"
import nodeOs from "node:os"
import { env as importedEnv, hrtime as importedHrtime } from "node:process"
import { performance as importedPerformance } from "node:perf_hooks"
import { promisify } from "node:util"
import nodeZlib from "node:zlib"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import * as Guards from "../../src/kernel/Guards.ts"
import * as FakeAloft from "./FakeAloft.ts"

// Captured before any guard is in place, as a module of a user may.
const EarlyDate = Date
const earlyMath = Math
// Captured while guards are in place but no flight is: what the command lets users' modules do.
const uninstallFirst = Guards.install()
const { now: lateNow } = Date
const { random: lateRandom } = Math
const LateDate = Date
const lateEnv = process.env
const lateUUID = nodeCrypto.randomUUID
uninstallFirst()

let flight = FakeAloft.make()
let land = (): void => {}
beforeEach(() => {
  flight = FakeAloft.make()
  land = Guards.takeOff(flight.aloft)
})
afterEach(() => {
  land()
})

/** The same code in two flights that begin alike, and in one that draws otherwise. */
const thrice = <A>(run: () => A): readonly [A, A, A] => {
  const once = (seed: number): A => {
    land()
    flight = FakeAloft.make(seed)
    land = Guards.takeOff(flight.aloft)
    return flight.on(run)
  }
  return [once(1), once(1), once(2)]
}

describe("the date of a node", () => {
  it("is the node's wall clock, however it is asked", () => {
    flight.pass(1_500_000)
    const at = FakeAloft.epochMillis + 1500
    flight.on(() => {
      expect(Date.now()).toBe(at)
      expect(lateNow()).toBe(at)
      expect(EarlyDate.now()).toBe(at)
      expect(new Date().getTime()).toBe(at)
      expect(new LateDate().getTime()).toBe(at)
      expect(Date()).toBe("Tue Jan 01 2030 00:00:01 GMT+0000 (Coordinated Universal Time)")
      expect(new (class Stamp extends Date {})().getTime()).toBe(at)
      expect(Reflect.construct(new EarlyDate(0).constructor as typeof Date, []).getTime()).toBe(at)
    })
    expect(lateNow()).not.toBe(at)
  })

  it("makes real dates", () => {
    const [inside, sub] = flight.on(() => [new Date(), new (class Stamp extends Date {})()])
    expect(inside).toBeInstanceOf(EarlyDate)
    expect(sub).toBeInstanceOf(Date)
    expect(sub?.constructor.name).toBe("Stamp")
    expect(structuredClone(inside)).toEqual(inside)
    expect([Date.name, Date.length, Date.UTC(2020, 1)]).toEqual(["Date", 7, 1_580_515_200_000])
  })

  it.each([
    ["2020-02-03T04:05", "2020-02-03T04:05:00.000Z"],
    ["2020-02-03T04:05:06.789", "2020-02-03T04:05:06.789Z"],
    ["2020-02-03T04:05:06+02:00", "2020-02-03T02:05:06.000Z"],
    ["2020-02-03", "2020-02-03T00:00:00.000Z"],
    ["Feb 3 2020", "2020-02-03T00:00:00.000Z"],
    ["Feb 3 2020 04:05 PST", "2020-02-03T12:05:00.000Z"],
    ["Mon Feb 03 2020 04:05:06 GMT+0100 (somewhere)", "2020-02-03T03:05:06.000Z"],
    ["2020/02/03 04:05", "2020-02-03T04:05:00.000Z"]
  ])("reads %s in UTC", (text, iso) => {
    flight.on(() => {
      expect(new Date(text).toISOString()).toBe(iso)
      expect(Date.parse(text)).toBe(Date.parse(iso))
    })
  })

  it("takes a date, a number and what turns into one", () => {
    flight.on(() => {
      const date = new Date(123)
      expect(new Date(date).getTime()).toBe(123)
      expect(new Date({ valueOf: () => 5 } as never).getTime()).toBe(5)
      expect(new Date({ toString: () => "1970-01-01T00:00:01" } as never).getTime()).toBe(1000)
      expect(Number.isNaN(new Date(undefined as never).getTime())).toBe(true)
      expect(Number.isNaN(new Date("nonsense").getTime())).toBe(true)
      expect(String(new Date(Number.NaN))).toBe("Invalid Date")
    })
  })

  it("shows UTC and en-US in another time zone and language", () => {
    const zoneBefore = process.env["TZ"]
    process.env["TZ"] = "America/New_York"
    try {
      const outside = new Date(2020, 5, 7, 8)
      expect(outside.getTimezoneOffset()).toBe(240)
      flight.on(() => {
        const date = new Date(2020, 5, 7, 8, 9, 10, 11)
        expect(date.toISOString()).toBe("2020-06-07T08:09:10.011Z")
        expect([date.getDay(), date.getHours(), date.getTimezoneOffset()]).toEqual([0, 8, 0])
        date.setHours(23)
        date.setMonth(0, 31)
        expect(String(date)).toBe("Fri Jan 31 2020 23:09:10 GMT+0000 (Coordinated Universal Time)")
        expect(date.toDateString()).toBe("Fri Jan 31 2020")
        expect(date.toLocaleString().replace("\u202f", " ")).toBe("1/31/2020, 11:09:10 PM")
        expect(date.toLocaleDateString("de-DE", { timeZone: "Asia/Tokyo" })).toBe("1.2.2020")
        expect(new Intl.DateTimeFormat().resolvedOptions()).toMatchObject({
          locale: "en-US",
          timeZone: "UTC"
        })
        expect(new Intl.DateTimeFormat().format()).toBe("1/1/2030")
        expect(Intl.DateTimeFormat("en", { year: "numeric" }).formatToParts()).toEqual([
          { type: "year", value: "2030" }
        ])
      })
      expect(outside.getHours()).toBe(8)
    } finally {
      if (zoneBefore === undefined) delete process.env["TZ"]
      else process.env["TZ"] = zoneBefore
    }
  })

  it("speaks en-US wherever no language is named", () => {
    flight.on(() => {
      expect(new Intl.NumberFormat().resolvedOptions().locale).toBe("en-US")
      expect(new Intl.Collator().resolvedOptions().locale).toBe("en-US")
      expect((1234.5).toLocaleString()).toBe("1,234.5")
      expect((1234.5).toLocaleString("de-DE")).toBe("1.234,5")
      expect(1234n.toLocaleString()).toBe("1,234")
      expect([1234, 2].toLocaleString()).toBe("1,234,2")
      expect("a".localeCompare("B")).toBe(-1)
      expect(new Intl.NumberFormat()).toBeInstanceOf(Intl.NumberFormat)
    })
  })
})

describe("the clocks of a node", () => {
  it("are its monotonic clock", () => {
    flight.pass(2_000_345)
    flight.on(() => {
      expect(performance.now()).toBe(2000.345)
      expect(importedPerformance.now()).toBe(2000.345)
      expect(performance.timeOrigin).toBeCloseTo(FakeAloft.epochMillis, 0)
      expect(process.hrtime()).toEqual([2, 345_000])
      expect(process.hrtime([1, 999_999_999])).toEqual([0, 345_001])
      expect(importedHrtime.bigint()).toBe(2_000_345_000n)
      expect(process.uptime()).toBe(2.000345)
      expect(new Event("any").timeStamp).toBe(2000.345)
    })
    expect(performance.now()).not.toBe(2000.345)
  })
})

const draws: Readonly<Record<string, () => unknown>> = {
  "Math.random": () => Math.random(),
  "Math.random, captured early": () => earlyMath.random(),
  "Math.random, captured late": () => lateRandom(),
  "crypto.randomUUID": () => crypto.randomUUID(),
  "crypto.randomUUID, captured late": () => lateUUID(),
  "crypto.getRandomValues": () => [...crypto.getRandomValues(new Uint16Array(9))],
  "node:crypto getRandomValues": () => [...nodeCrypto.getRandomValues(new Uint32Array(3))],
  randomBytes: () => nodeCrypto.randomBytes(9).toString("hex"),
  "randomBytes, imported by name": () => importedBytes(9).toString("hex"),
  randomFillSync: () => nodeCrypto.randomFillSync(Buffer.alloc(9), 2, 5).toString("hex"),
  randomInt: () => nodeCrypto.randomInt(1_000_000),
  generateKeySync: () =>
    nodeCrypto.generateKeySync("aes", { length: 256 }).export().toString("hex"),
  "randomBytes with a callback": () => {
    let drawn = ""
    nodeCrypto.randomBytes(9, (_, bytes) => {
      drawn = bytes.toString("hex")
    })
    flight.on(() => {})
    return drawn
  },
  "randomFill with a callback": () => {
    const bytes = Buffer.alloc(9)
    nodeCrypto.randomFill(bytes, () => {})
    return bytes.toString("hex")
  },
  "randomInt with a callback": () => {
    let drawn = 0
    nodeCrypto.randomInt(5, 1_000_000, (_, integer) => {
      drawn = integer
    })
    flight.on(() => {})
    return drawn
  }
}

describe("the chance of a node", () => {
  it.each(Object.entries(draws))("is the node's own (%s)", (_, draw) => {
    const [first, again, other] = thrice(draw)
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(draw()).not.toEqual(first)
    expect(flight.leaks).toEqual([])
  })

  it("has the form of the real one", () => {
    flight.on(() => {
      for (let drawn = 0; drawn < 200; drawn++) {
        expect(crypto.randomUUID()).toMatch(
          /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u
        )
        expect([3, 4, 5]).toContain(nodeCrypto.randomInt(3, 6))
        const fraction = Math.random()
        expect(fraction >= 0 && fraction < 1).toBe(true)
      }
      expect(nodeCrypto.randomFillSync(Buffer.alloc(4), 1, 2)[0]).toBe(0)
      expect(nodeCrypto.randomBytes(0).length).toBe(0)
    })
  })

  it("throws where the real one does", () => {
    flight.on(() => {
      expect(() => nodeCrypto.randomBytes(-1)).toThrow(RangeError)
      expect(() => nodeCrypto.randomInt(5, 5)).toThrow(RangeError)
      expect(() => nodeCrypto.randomFillSync(Buffer.alloc(2), 3)).toThrow(RangeError)
      expect(() => crypto.getRandomValues(new Float64Array(1) as never)).toThrow(DOMException)
      expect(() => crypto.getRandomValues(new Uint8Array(65_537))).toThrow(DOMException)
    })
  })
})

describe("the cryptography of a node", () => {
  it("computes for real what is always the same, and the flight waits for it", async () => {
    const waited: Array<Promise<unknown>> = []
    const aloft = {
      ...flight.aloft,
      waitFor: <A>(work: Promise<A>): Promise<A> => {
        waited.push(work)
        return work
      }
    }
    land()
    land = Guards.takeOff(aloft)
    const data = new TextEncoder().encode("paid")
    const begun = flight.on(() => [
      crypto.subtle.digest("SHA-256", data),
      crypto.subtle.importKey("raw", data, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]),
      promisify(nodeCrypto.pbkdf2)("secret", "salt", 10, 16, "sha256")
    ])
    expect(waited.length).toBe(3)
    await Promise.all(waited)
    flight.on(() => {})
    await new Promise<void>((resolve) => {
      resolve()
    })
    flight.on(() => {})
    const [digest, , derived] = await Promise.all(begun)
    expect(digest).toEqual(await crypto.subtle.digest("SHA-256", data))
    expect(derived).toEqual(nodeCrypto.pbkdf2Sync("secret", "salt", 10, 16, "sha256"))
    expect(flight.leaks).toEqual([])
  })

  it("throws at once what is wrong with the parameters", () => {
    flight.on(() => {
      const derive = (): void => nodeCrypto.pbkdf2("secret", "salt", -1, 16, "sha256", () => {})
      expect(derive).toThrow(RangeError)
      expect(() => AbortSignal.timeout(-1)).toThrow(RangeError)
    })
  })

  it("draws secret keys", async () => {
    const make = (): Promise<ArrayBuffer> =>
      crypto.subtle
        .generateKey({ name: "HMAC", hash: "SHA-512" }, true, ["sign", "verify"])
        .then((key) => crypto.subtle.exportKey("raw", key))
    const [first, again, other] = (await Promise.all(thrice(make))).map((raw) =>
      Buffer.from(raw).toString("hex")
    )
    expect(first?.length).toBe(256)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it("refuses keys and signatures that are random inside the engine", async () => {
    const { privateKey, publicKey } = nodeCrypto.generateKeyPairSync("ec", { namedCurve: "P-256" })
    const ed = nodeCrypto.generateKeyPairSync("ed25519")
    const refused = flight.on(() => [
      crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]),
      crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, publicKey as never, Buffer.from("a"))
    ])
    for (const promise of refused) await expect(promise).rejects.toThrow("past the simulation")
    flight.on(() => {
      expect(() => nodeCrypto.generateKeyPairSync("ed25519")).toThrow("crypto.generateKeyPairSync")
      expect(() => nodeCrypto.sign("sha256", Buffer.from("a"), privateKey)).toThrow("crypto.sign")
      expect(() => nodeCrypto.createSign("sha256").update("a").sign(privateKey)).toThrow(
        "Sign.sign"
      )
      expect(nodeCrypto.sign(null, Buffer.from("a"), ed.privateKey)).toHaveLength(64)
    })
    expect(flight.leaks.map(({ call }) => call)).toEqual([
      "crypto.subtle.generateKey",
      "crypto.subtle.sign",
      "crypto.generateKeyPairSync",
      "crypto.sign",
      "Sign.sign"
    ])
  })
})

describe("the machine of a node", () => {
  it("has the environment of its node, even where a module captured it", () => {
    flight.on(() => {
      expect(process.env["REGION"]).toBe("north")
      expect(lateEnv["REGION"]).toBe("north")
      expect(importedEnv["REGION"]).toBe("north")
      expect(Object.keys(process.env)).toEqual(["HOME", "REGION"])
      expect({ ...process.env }).toEqual({ HOME: "/data", REGION: "north" })
      process.env["COUNT"] = 5 as never
      delete process.env["REGION"]
      expect("REGION" in process.env).toBe(false)
      expect(process.env["COUNT"]).toBe("5")
    })
    expect(process.env["COUNT"]).toBeUndefined()
    expect(flight.surroundings.env).toEqual({ HOME: "/data", COUNT: "5" })
    expect(process.env["PATH"]).toBe(lateEnv["PATH"])
  })

  it("is the same everywhere", () => {
    flight.on(() => {
      expect([process.pid, process.ppid, process.cwd()]).toEqual([1, 0, "/"])
      expect(process.argv).toEqual(["node", "payments"])
      expect([nodeOs.hostname(), nodeOs.homedir(), nodeOs.cpus().length]).toEqual([
        "payments",
        "/data",
        1
      ])
      expect(process.memoryUsage.rss()).toBe(process.memoryUsage().rss)
      expect(process.cpuUsage()).toEqual({ user: 0, system: 0 })
    })
    expect(process.pid).toBeGreaterThan(1)
  })

  it("hears no signals, and writes its output for real", () => {
    const before = process.listenerCount("SIGTERM")
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true)
    try {
      flight.on(() => {
        process.on("SIGTERM", () => {})
        process.once("SIGTERM", () => {})
        process.stdout.write("paid\n")
        console.log("paid as well")
      })
      expect(write.mock.calls[0]?.[0]).toBe("paid\n")
    } finally {
      write.mockRestore()
    }
    expect(process.listenerCount("SIGTERM")).toBe(before)
    expect(flight.leaks).toEqual([])
  })
})

describe("what else runs on a node", () => {
  it("runs a microtask and a next tick as its own", async () => {
    const order: Array<string> = []
    flight.on(() => {
      queueMicrotask(() => order.push("microtask"))
      process.nextTick((given: string) => order.push(`tick ${given}`), "now")
    })
    await Promise.resolve()
    expect(order).toEqual(["tick now", "microtask"])
  })

  it("fetches through its network", async () => {
    const response = await flight.on(() => fetch("http://ledger/balance"))
    expect(await response.text()).toBe("fetched http://ledger/balance")
  })

  it("packs bytes without a thread", async () => {
    const gzip = promisify(nodeZlib.gzip)
    const unzip = promisify(nodeZlib.gunzip)
    const packed = await flight.on(() => gzip("paid"))
    expect(packed).toEqual(nodeZlib.gzipSync("paid"))
    expect(String(await flight.on(() => unzip(packed)))).toBe("paid")
    await expect(flight.on(() => unzip(Buffer.from("no")))).rejects.toThrow("incorrect header")
    expect(flight.leaks).toEqual([])
  })

  it("keeps alive what it refers to weakly", () => {
    const weak = flight.on(() => new WeakRef({ kept: true }))
    expect(weak.deref()).toEqual({ kept: true })
    expect(weak).toBeInstanceOf(WeakRef)
    flight.on(() => new FinalizationRegistry(() => {}).register({}, 1))
  })

  it("reads blobs and clones, which are data", async () => {
    const text = await flight.on(() => new Blob(["pa", "id"]).text())
    expect(text).toBe("paid")
    expect(flight.on(() => structuredClone({ at: new Map([[1, 2]]) }))).toEqual({
      at: new Map([[1, 2]])
    })
    expect(flight.leaks).toEqual([])
  })
})
