/**
 * `process`, `os` and `navigator` on a node: a machine of its own with one processor, on which the
 * node is process 1, as in a container. What belongs to the real process is refused.
 */
import nodeOs from "node:os"
import nodeProcess from "node:process"
import { here, onPurpose, refuse } from "./Dispatch.ts"
import {
  type AnyFunction,
  type Call,
  dispatcherOf,
  method,
  methodWith,
  type Patch,
  value
} from "./Patches.ts"
import type { Surroundings } from "./Surroundings.ts"
import { localeDefault } from "./VirtualDate.ts"

/** The memory of a node's machine, and what the node uses of it, in bytes. */
const memoryBytes = 1024 * 1024 * 1024
const usedBytes = 64 * 1024 * 1024

const memoryUsage = () => ({
  rss: usedBytes,
  heapTotal: usedBytes,
  heapUsed: usedBytes / 2,
  external: 0,
  arrayBuffers: 0
})

/** A node uses all the time that passes on its clock. */
const cpuUsage = ({ around, parameters }: Call) => {
  const [before] = parameters
  const known: unknown =
    typeof before === "object" && before !== null ? Reflect.get(before, "user") : 0
  return { user: around.monotonicMicros() - Number(known), system: 0 }
}

const resourceUsage = ({ around }: Call) => ({
  userCPUTime: around.monotonicMicros(),
  systemCPUTime: 0,
  maxRSS: usedBytes / 1024,
  sharedMemorySize: 0,
  unsharedDataSize: 0,
  unsharedStackSize: 0,
  minorPageFault: 0,
  majorPageFault: 0,
  swappedOut: 0,
  fsRead: 0,
  fsWrite: 0,
  ipcSent: 0,
  ipcReceived: 0,
  signalsCount: 0,
  voluntaryContextSwitches: 0,
  involuntaryContextSwitches: 0
})

const hrtime = ({ around, parameters }: Call): [number, number] => {
  const micros = around.monotonicMicros()
  const [before] = parameters
  const [seconds, nanos]: ReadonlyArray<unknown> = Array.isArray(before) ? before : [0, 0]
  const passed = (micros % 1_000_000) * 1000 - Number(nanos)
  const whole = Math.floor(micros / 1_000_000) - Number(seconds)
  return passed < 0 ? [whole - 1, passed + 1_000_000_000] : [whole, passed]
}

const monotonicNanos = ({ around }: Call): bigint => BigInt(around.monotonicMicros()) * 1000n

const isFunction = (given: unknown): given is AnyFunction => typeof given === "function"

/** A function with one function of its own as a property: `hrtime.bigint`, `memoryUsage.rss`. */
const withPart = (
  key: string,
  part: string,
  virtual: (call: Call) => unknown,
  virtualPart: (call: Call) => unknown
): Patch =>
  methodWith(nodeProcess, key, (real) => {
    const realPart: unknown = Reflect.get(real, part)
    const properties = isFunction(realPart) ? { [part]: dispatcherOf(realPart, virtualPart) } : {}
    return dispatcherOf(real, virtual, properties)
  })

/**
 * The environment: always this one object while the guards are in place, so that one captured by a
 * module shows each node its own. A proxy of the real one, whose properties can all be configured.
 */
const environment = (): Patch => ({
  holder: nodeProcess,
  key: "env",
  replace: (found) => {
    // The environment is an object.
    const real = found.value as object
    const now = (): object => here()?.env ?? real
    const proxy = new Proxy(real, {
      get: (_, key) => Reflect.get(now(), key),
      has: (_, key) => Reflect.has(now(), key),
      set: (_, key, given: unknown) => Reflect.set(now(), key, String(given)),
      deleteProperty: (_, key) => Reflect.deleteProperty(now(), key),
      ownKeys: () => Reflect.ownKeys(now()),
      getOwnPropertyDescriptor: (_, key) => {
        const property = Reflect.getOwnPropertyDescriptor(now(), key)
        return property === undefined ? undefined : { ...property, configurable: true }
      },
      defineProperty: (_, key, property) => Reflect.defineProperty(now(), key, property)
    })
    return { ...found, value: proxy }
  }
})

const advices: ReadonlyArray<readonly [keys: ReadonlyArray<string>, advice: string]> = [
  [["exit", "reallyExit", "abort", "kill"], "let the effect fail: the node then dies alone"],
  [["chdir", "umask"], "pass paths in full"],
  [["loadEnvFile", "dlopen"], "load files before the flight"],
  [["setuid", "setgid", "seteuid", "setegid", "setgroups", "initgroups"], "leave it to the host"],
  [["send", "disconnect"], "call another service"]
]

const refusals = (): ReadonlyArray<Patch> => [
  ...advices.flatMap(([keys, advice]) =>
    keys.map((key) =>
      method(nodeProcess, key, (call) => {
        // Asking for the mask changes nothing.
        if (key === "umask" && call.parameters.length === 0) return 0o022
        throw refuse(call.around, `process.${key}`, advice)
      })
    )
  ),
  ...["getReport", "writeReport"].map((key) =>
    method(nodeProcess.report, key, ({ around }) => {
      throw refuse(around, `process.report.${key}`, "what it tells differs between machines")
    })
  ),
  value(nodeProcess, "stdin", (around) => {
    throw refuse(around, "process.stdin", "let operations of the workload bring what a node reads")
  })
]

/** How a stream of output that is no terminal answers. */
const noTerminal = { isTTY: undefined, columns: undefined, rows: undefined }

/**
 * A stream of output that writes for real: what is written is no input of the flight. Whether there
 * is a terminal, and when it has taken what was written, would be: the node sees a file.
 */
const output = (key: "stdout" | "stderr"): Patch => ({
  holder: nodeProcess,
  key,
  replace: (found) => {
    const getReal = found.get
    if (getReal === undefined) return undefined
    const get = function (this: unknown): unknown {
      const real: unknown = onPurpose(() => Reflect.apply(getReal, this, []))
      const around = here()
      if (around === undefined || typeof real !== "object" || real === null) return real
      const write: unknown = Reflect.get(real, "write")
      return Object.assign(Object.create(real), noTerminal, {
        write: (...parameters: Array<unknown>): boolean => {
          const callback = parameters.at(-1)
          const given = isFunction(callback) ? parameters.slice(0, -1) : parameters
          if (isFunction(write)) onPurpose(() => Reflect.apply(write, real, given))
          if (isFunction(callback)) {
            around.nextTick(() => void Reflect.apply(callback, undefined, []))
          }
          return true
        }
      })
    }
    return { ...found, get }
  }
})

/** A node gets no signals, and its end is not the process's: listening does nothing. */
const listening = ["on", "once", "addListener", "prependListener", "prependOnceListener"]

const processPatches = (): ReadonlyArray<Patch> => [
  environment(),
  output("stdout"),
  output("stderr"),
  // Effect keeps the real `hrtime` from when it was loaded, and asks it for `bigint` at each call.
  method(nodeProcess.hrtime, "bigint", monotonicNanos),
  withPart("hrtime", "bigint", hrtime, monotonicNanos),
  withPart("memoryUsage", "rss", memoryUsage, () => usedBytes),
  method(nodeProcess, "cpuUsage", cpuUsage),
  method(nodeProcess, "threadCpuUsage", cpuUsage),
  method(nodeProcess, "resourceUsage", resourceUsage),
  method(nodeProcess, "constrainedMemory", () => memoryBytes),
  method(nodeProcess, "availableMemory", () => memoryBytes - usedBytes),
  method(nodeProcess, "uptime", ({ around }) => around.monotonicMicros() / 1_000_000),
  method(nodeProcess, "nextTick", ({ around, parameters, real, self }) => {
    const [callback, ...given] = parameters
    if (!isFunction(callback)) return Reflect.apply(real, self, parameters)
    return around.nextTick(() => {
      Reflect.apply(callback, undefined, given)
    })
  }),
  value(nodeProcess, "pid", () => 1),
  value(nodeProcess, "ppid", () => 0),
  value(nodeProcess, "argv", ({ nodeName }) => ["node", nodeName]),
  value(nodeProcess, "execArgv", () => []),
  value(nodeProcess, "title", ({ nodeName }) => nodeName),
  method(nodeProcess, "cwd", () => "/"),
  ...["getuid", "geteuid", "getgid", "getegid"].map((key) => method(nodeProcess, key, () => 0)),
  method(nodeProcess, "getgroups", () => [0]),
  method(nodeProcess, "getActiveResourcesInfo", () => []),
  ...listening.map((key) => ({
    ...method(nodeProcess, key, ({ self }) => self),
    isInherited: true
  })),
  ...refusals()
]

const home = ({ env }: Surroundings): string => env["HOME"] ?? "/root"

const machine: Readonly<Record<string, (around: Surroundings) => unknown>> = {
  hostname: ({ nodeName }) => nodeName,
  uptime: ({ monotonicMicros }) => monotonicMicros() / 1_000_000,
  availableParallelism: () => 1,
  cpus: () => [
    { model: "simulated", speed: 1000, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }
  ],
  loadavg: () => [0, 0, 0],
  totalmem: () => memoryBytes,
  freemem: () => memoryBytes - usedBytes,
  networkInterfaces: () => ({}),
  release: () => "simulated",
  version: () => "simulated",
  homedir: home,
  tmpdir: ({ env }) => env["TMPDIR"] ?? "/tmp",
  userInfo: (around) => ({
    uid: 0,
    gid: 0,
    username: "root",
    homedir: home(around),
    shell: "/bin/sh"
  }),
  getPriority: () => 0
}

const navigated: Readonly<Record<string, unknown>> = {
  hardwareConcurrency: 1,
  language: localeDefault,
  languages: [localeDefault]
}

/** Node has a navigator since 21. */
const navigatorPatches = (): ReadonlyArray<Patch> => {
  const navigator: unknown = Reflect.get(globalThis, "navigator")
  if (typeof navigator !== "object" || navigator === null) return []
  const prototype: object = Object.getPrototypeOf(navigator)
  return Object.entries(navigated).map(([key, given]) => value(prototype, key, () => given))
}

/** The patches of `process`, `os` and `navigator`. */
export const patches = (): ReadonlyArray<Patch> => [
  ...processPatches(),
  ...Object.entries(machine).map(([key, give]) =>
    method(nodeOs, key, ({ around }) => give(around))
  ),
  method(nodeOs, "setPriority", ({ around }) => {
    throw refuse(around, "os.setPriority", "leave it to the host")
  }),
  ...navigatorPatches()
]
