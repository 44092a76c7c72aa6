import nodeChildProcess from "node:child_process"
import nodeCrypto from "node:crypto"
import nodeDgram from "node:dgram"
import nodeDns from "node:dns"
import nodeFs, { readFileSync as importedRead } from "node:fs"
import { readFile as importedReadFile } from "node:fs/promises"
import nodeHttp from "node:http"
import nodeHttp2 from "node:http2"
import nodeHttps from "node:https"
import nodeInspector from "node:inspector"
import nodeModule from "node:module"
import nodeNet from "node:net"
import nodeTls from "node:tls"
import nodeV8 from "node:v8"
import nodeVm from "node:vm"
import nodeThreads from "node:worker_threads"
import nodeZlib from "node:zlib"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { engineFramesIn, sourceInStack } from "../../src/kernel/CallSource.ts"
import * as Guards from "../../src/kernel/Guards.ts"
import * as FakeAloft from "./FakeAloft.ts"

// Captured before any guard is in place.
const early = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  queueMicrotask: globalThis.queueMicrotask,
  nextTick: process.nextTick,
  readFile: nodeFs.readFile,
  readFilePromise: nodeFs.promises.readFile,
  lookup: nodeDns.lookup,
  connect: nodeNet.connect,
  createSocket: nodeDgram.createSocket,
  gzip: nodeZlib.gzip,
  gzipSync: nodeZlib.gzipSync,
  randomBytes: nodeCrypto.randomBytes,
  pbkdf2Sync: nodeCrypto.pbkdf2Sync,
  MessageChannel: globalThis.MessageChannel
}

let flight = FakeAloft.make()
let land = (): void => {}
beforeEach(() => {
  flight = FakeAloft.make()
  land = Guards.takeOff(flight.aloft)
})
afterEach(() => {
  land()
})

const path = "/etc/hostname"

const throwing: Readonly<Record<string, () => unknown>> = {
  "fs.readFileSync": () => nodeFs.readFileSync(path),
  "fs.readFile": () => nodeFs.readFile(path, () => {}),
  "fs.existsSync": () => nodeFs.existsSync(path),
  "fs.writeFileSync": () => nodeFs.writeFileSync(path, ""),
  "fs.watch": () => nodeFs.watch(path),
  "fs.createReadStream": () => nodeFs.createReadStream(path),
  "new fs.ReadStream": () => new nodeFs.ReadStream(path as never),
  "net.connect": () => nodeNet.connect(1),
  "net.createServer": () => nodeNet.createServer(),
  "net.Socket.connect": () => new nodeNet.Socket().connect(1),
  "tls.connect": () => nodeTls.connect(1),
  "dgram.createSocket": () => nodeDgram.createSocket("udp4"),
  "dns.lookup": () => nodeDns.lookup("localhost", () => {}),
  "new dns.Resolver": () => new nodeDns.Resolver(),
  "http.request": () => nodeHttp.request("http://localhost"),
  "http.get": () => nodeHttp.get("http://localhost"),
  "http.createServer": () => nodeHttp.createServer(),
  "https.request": () => nodeHttps.request("https://localhost"),
  "http2.connect": () => nodeHttp2.connect("http://localhost"),
  "child_process.spawn": () => nodeChildProcess.spawn("true"),
  "child_process.execSync": () => nodeChildProcess.execSync("true"),
  "new worker_threads.Worker": () => new nodeThreads.Worker(""),
  "new MessageChannel": () => new MessageChannel(),
  "new BroadcastChannel": () => new BroadcastChannel("any"),
  "Atomics.wait": () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0),
  "new inspector.Session": () => new nodeInspector.Session(),
  "v8.getHeapStatistics": () => nodeV8.getHeapStatistics(),
  "vm.runInNewContext": () => nodeVm.runInNewContext("Date.now()"),
  "zlib.createGzip": () => nodeZlib.createGzip(),
  "new CompressionStream": () => new CompressionStream("gzip"),
  "process.exit": () => process.exit(),
  "process.kill": () => process.kill(1),
  "process.chdir": () => process.chdir("/"),
  "process.stdin": () => process.stdin,
  "performance.mark": () => performance.mark("any"),
  "crypto.generatePrimeSync": () => nodeCrypto.generatePrimeSync(64)
}

const rejecting: Readonly<Record<string, () => Promise<unknown>>> = {
  "fs.promises.readFile": () => nodeFs.promises.readFile(path),
  "fs.promises.open": () => nodeFs.promises.open(path),
  "dns.promises.lookup": () => nodeDns.promises.lookup("localhost")
}

const hasSource = expect.stringMatching(/^GuardsLeaks\.test\.ts:\d+$/u)

describe("what cannot be simulated", () => {
  it.each(Object.entries(throwing))("is reported and throws (%s)", (call, run) => {
    const error: unknown = flight.on(() => {
      try {
        return run()
      } catch (thrown) {
        return thrown
      }
    })
    expect(flight.leaks).toEqual([
      { call, nodeName: "payments", source: hasSource, advice: expect.any(String) }
    ])
    const [leak] = flight.leaks
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      message: `${call} at ${leak?.source} reaches past the simulation: ${leak?.advice}`
    })
  })

  it.each(Object.entries(rejecting))("is reported and rejects (%s)", async (call, run) => {
    await expect(flight.on(run)).rejects.toThrow(`${call} at GuardsLeaks.test.ts`)
    expect(flight.leaks).toMatchObject([{ call, source: hasSource }])
  })

  it("is found where it was imported by name", async () => {
    expect(() => flight.on(() => importedRead(path))).toThrow("fs.readFileSync")
    await expect(flight.on(() => importedReadFile(path))).rejects.toThrow("fs.promises.readFile")
  })

  it("is found in a flight that runs without stacks", () => {
    const limitBefore = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    try {
      expect(() => flight.on(() => nodeFs.statSync(path))).toThrow("GuardsLeaks.test.ts")
      expect(Error.stackTraceLimit).toBe(0)
    } finally {
      Error.stackTraceLimit = limitBefore
    }
  })

  it("is a database's, where Node has one", async () => {
    land()
    const load: unknown = Reflect.get(process, "getBuiltinModule")
    const sqlite: unknown =
      typeof load === "function" ? Reflect.apply(load, process, ["node:sqlite"]) : undefined
    const DatabaseSync: unknown = Reflect.get(Object(sqlite), "DatabaseSync")
    land = Guards.takeOff(flight.aloft)
    if (typeof DatabaseSync !== "function") return
    const open: unknown = Reflect.get(Object(sqlite), "DatabaseSync")
    expect(() => flight.on(() => Reflect.construct(open as Function, [":memory:"]))).toThrow(
      "new sqlite.DatabaseSync"
    )
  })

  it("is real for all other code, during a flight", async () => {
    expect(nodeFs.existsSync(path)).toBe(true)
    expect(nodeVm.runInNewContext("1 + 1")).toBe(2)
    expect((await nodeFs.promises.stat(path)).isFile()).toBe(true)
    expect(flight.leaks).toEqual([])
  })
})

const captured: Readonly<Record<string, readonly [call: string, run: () => unknown]>> = {
  setTimeout: ["setTimeout", () => early.clearTimeout(early.setTimeout(() => {}, 1))],
  setImmediate: ["setImmediate", () => early.clearImmediate(early.setImmediate(() => {}))],
  queueMicrotask: ["queueMicrotask", () => early.queueMicrotask(() => {})],
  "process.nextTick": ["process.nextTick", () => early.nextTick(() => {})],
  "fs.readFile": ["fs", () => early.readFile(path, () => {})],
  "fs.promises.readFile": ["fs", () => early.readFilePromise(path)],
  "dns.lookup": ["dns", () => early.lookup("localhost", () => {})],
  "dgram.createSocket": ["a socket", () => early.createSocket("udp4").close()],
  "zlib.gzip": ["zlib", () => early.gzip("any", () => {})],
  "crypto.randomBytes": ["crypto", () => early.randomBytes(8, () => {})],
  MessageChannel: [
    "a thread",
    () => {
      const { port1 } = new early.MessageChannel()
      port1.close()
    }
  ]
}

describe("what was captured before the guards were in place", () => {
  it.each(Object.entries(captured))("is reported when it is called (%s)", (_, [call, run]) => {
    flight.on(run)
    expect(flight.leaks[0]).toMatchObject({ call, nodeName: "payments", source: hasSource })
  })

  it("is refused where it reaches what is guarded (net.connect)", () => {
    expect(() => flight.on(() => early.connect(1))).toThrow("net.Socket.connect")
  })

  it("is nobody's business after the landing, nor outside a node", () => {
    early.clearTimeout(early.setTimeout(() => {}, 1))
    land()
    flight.on(() => early.clearTimeout(early.setTimeout(() => {}, 1)))
    expect(flight.leaks).toEqual([])
  })

  it("is no leak to load a module late", () => {
    const load = nodeModule.createRequire(import.meta.url)
    expect(flight.on(() => load("../../package.json"))).toMatchObject({ name: "downforce" })
    expect(flight.on(() => load.resolve("string-width"))).toContain("string-width")
    expect(flight.leaks).toEqual([])
  })

  it("is no leak when it is pure", () => {
    flight.on(() => {
      expect(early.gzipSync("paid").length).toBeGreaterThan(10)
      expect(early.pbkdf2Sync("secret", "salt", 1, 8, "sha256")).toHaveLength(8)
      expect(nodeZlib.gunzipSync(nodeZlib.gzipSync("paid")).toString()).toBe("paid")
      expect(nodeCrypto.scryptSync("secret", "salt", 8)).toHaveLength(8)
    })
    expect(flight.leaks).toEqual([])
  })
})

describe("code that makes no leak", () => {
  it("may close a stream, which makes the engine look at another context once", async () => {
    land()
    // Microtasks alone: all that runs until the landing is the code of the node.
    const landed = Guards.takeOff({ ...flight.aloft, surroundings: () => flight.surroundings })
    try {
      for await (const piece of new ReadableStream({ pull: (at) => at.close() })) {
        expect(piece).toBeUndefined()
      }
    } finally {
      landed()
    }
    expect(flight.leaks).toEqual([])
  })

  it("may await, stream and respond", async () => {
    const read = flight.on(async () => {
      const stream = new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode('{"paid":true}'))
          controller.close()
        }
      })
      const response = new Response(stream)
      const copy = response.clone()
      return [await response.json(), await copy.text()]
    })
    expect(await read).toEqual([{ paid: true }, '{"paid":true}'])
    await flight.on(async () => {
      const form = new FormData()
      form.set("amount", "5")
      return new Request("http://ledger", { method: "POST", body: form }).text()
    })
    expect(flight.leaks).toEqual([])
  })
})

const stack = (...frames: ReadonlyArray<string>): string =>
  ["Error: any", ...frames.map((frame) => `    at ${frame}`)].join("\n")

describe("the source of a call", () => {
  it.each([
    [["pay (file:///app/payments.ts:84:3)"], "payments.ts:84"],
    [["node:internal/fs:1:1", "async pay (/app/src/payments.ts:84:3)"], "payments.ts:84"],
    [["/app/src/payments.ts:84:3"], "payments.ts:84"],
    [["file:///app/payments.ts?t=12:84:3"], "payments.ts:84"],
    [
      [
        "get (/app/node_modules/openai/client.mjs:210:9)",
        "run (/app/node_modules/effect/dist/Effect.js:5:1)",
        "pay (/app/payments.ts:84:3)"
      ],
      "openai/client.mjs:210 from payments.ts:84"
    ],
    [
      ["get (/app/node_modules/.pnpm/p-queue@8/node_modules/p-queue/dist/index.js:7:9)"],
      "p-queue/dist/index.js:7"
    ],
    [["f (/app/node_modules/@scope/name/a.js:7:9)"], "@scope/name/a.js:7"],
    [["C:\\app\\payments.ts:84:3"], "payments.ts:84"],
    [["node:internal/fs:1:1", "new Promise (<anonymous>)"], undefined],
    [["run (/app/node_modules/effect/dist/Effect.js:5:1)"], undefined]
  ])("is the nearest frame of the user's (%j)", (frames, source) => {
    expect(sourceInStack(stack(...frames))).toBe(source)
  })

  it("knows the engine's frames before it, and none after", () => {
    const frames = ["init (node:internal/async_hooks:1:1)", "tick (node:internal/process/task:1:1)"]
    const after = "run (node:internal/modules/esm/module_job:1:1)"
    expect(engineFramesIn(stack(...frames, "pay (/app/payments.ts:84:3)", after))).toEqual(
      frames.map((frame) => `    at ${frame}`)
    )
  })
})
