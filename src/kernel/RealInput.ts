/**
 * What no flight can make deterministic: real files, sockets, processes, threads and engines of
 * their own. Called by the code of a node, each is reported with its source line and fails there.
 */
import nodeAsyncHooks from "node:async_hooks"
import nodeChildProcess from "node:child_process"
import nodeCluster from "node:cluster"
import nodeDgram from "node:dgram"
import nodeDns from "node:dns"
import nodeFs from "node:fs"
import nodeHttp from "node:http"
import nodeHttp2 from "node:http2"
import nodeHttps from "node:https"
import nodeInspector from "node:inspector"
import nodeModule from "node:module"
import nodeNet from "node:net"
import nodePerformance from "node:perf_hooks"
import nodeProcess from "node:process"
import nodeTls from "node:tls"
import nodeV8 from "node:v8"
import nodeVm from "node:vm"
import nodeThreads from "node:worker_threads"
import nodeZlib from "node:zlib"
import { engineFramesIn, stackOfCall } from "./CallSource.ts"
import { onPurpose, refuse } from "./Dispatch.ts"
import { type AnyFunction, type Call, method, newable, type Patch, value } from "./Patches.ts"

type Form = (holder: object, key: string, call: string, advice: string) => Patch

/** The engine's own work calls its modules as well: to load code, to read a map of its lines. */
const engineWork = /node:internal\/(modules|source_map)\/|\bgetInternalGlobal\b/u

/** Whether the engine makes the call for itself: it is no business of the node's then. */
const isOfEngine = (): boolean =>
  engineFramesIn(onPurpose(stackOfCall)).some((frame) => engineWork.test(frame))

const throwing: Form = (holder, key, name, advice) =>
  method(holder, key, (call) => {
    if (isOfEngine()) return really(call)
    throw refuse(call.around, name, advice)
  })

const rejecting: Form = (holder, key, name, advice) =>
  method(holder, key, (call) =>
    isOfEngine() ? really(call) : Promise.reject(refuse(call.around, name, advice))
  )

const constructing: Form = (holder, key, name, advice) =>
  newable(holder, key, ({ around }) => {
    throw refuse(around, name, advice)
  })

const functionKeys = (holder: object): ReadonlyArray<string> =>
  Object.entries(Object.getOwnPropertyDescriptors(holder))
    .filter(([, { value }]) => typeof value === "function")
    .map(([key]) => key)

/** A capital begins the name of a class; a function otherwise. */
const isClass = (key: string): boolean => /^[A-Z]/u.test(key)

const family = (
  holder: object,
  name: string,
  keys: ReadonlyArray<string>,
  advice: string,
  form: Form = throwing
): ReadonlyArray<Patch> =>
  keys.map((key) =>
    (isClass(key) ? constructing : form)(
      holder,
      key,
      isClass(key) ? `new ${name}.${key}` : `${name}.${key}`,
      advice
    )
  )

const fileAdvice = "use FileSystem of Effect, which is simulated"
const networkAdvice = "use HttpClient of Effect or fetch, which are simulated"
const serverAdvice = "give the service a contract: the simulated network serves it"
const processAdvice = "make it a service of the system, or a fake"
const threadAdvice = "call the code on the node itself"
const databaseAdvice = "make the database a service of the system, or a fake"
const observeAdvice = "what it tells differs between machines"
const streamAdvice = "use the function that takes a whole buffer, such as gzipSync"
const contextAdvice = "a context of its own has a clock of its own"

/** Plain data, or functions of data. */
const harmlessFileKeys = new Set(["Stats", "BigIntStats", "Dirent", "_toUnixTimestamp"])
const fileClasses = ["ReadStream", "WriteStream", "FileReadStream", "FileWriteStream"]

const files = (): ReadonlyArray<Patch> => {
  const keys = [...functionKeys(nodeFs), ...fileClasses].filter((key) => !harmlessFileKeys.has(key))
  return [
    ...family(nodeFs, "fs", [...new Set(keys)], fileAdvice),
    ...family(nodeFs.promises, "fs.promises", functionKeys(nodeFs.promises), fileAdvice, rejecting)
  ]
}

const harmlessNameKeys = new Set(["getServers", "setServers", "getDefaultResultOrder"])

const names = (): ReadonlyArray<Patch> =>
  [nodeDns, nodeDns.promises].flatMap((holder) => {
    const keys = functionKeys(holder).filter((key) => !harmlessNameKeys.has(key))
    return holder === nodeDns
      ? family(holder, "dns", keys, networkAdvice)
      : family(holder, "dns.promises", keys, networkAdvice, rejecting)
  })

const network = (): ReadonlyArray<Patch> => [
  ...family(nodeNet, "net", ["connect", "createConnection"], networkAdvice),
  ...family(nodeNet.Socket.prototype, "net.Socket", ["connect"], networkAdvice),
  ...family(nodeNet, "net", ["createServer", "Server"], serverAdvice),
  ...family(nodeNet.Server.prototype, "net.Server", ["listen"], serverAdvice),
  ...family(nodeTls, "tls", ["connect", "TLSSocket"], networkAdvice),
  ...family(nodeTls, "tls", ["createServer", "Server"], serverAdvice),
  ...family(nodeDgram, "dgram", ["createSocket", "Socket"], networkAdvice),
  ...family(nodeHttp, "http", ["request", "get", "ClientRequest"], networkAdvice),
  ...family(nodeHttp, "http", ["createServer", "Server"], serverAdvice),
  ...family(nodeHttps, "https", ["request", "get"], networkAdvice),
  ...family(nodeHttps, "https", ["createServer", "Server"], serverAdvice),
  ...family(nodeHttp2, "http2", ["connect"], networkAdvice),
  ...family(nodeHttp2, "http2", ["createServer", "createSecureServer"], serverAdvice),
  ...names()
]

const processes = (): ReadonlyArray<Patch> => [
  ...family(
    nodeChildProcess,
    "child_process",
    ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"],
    processAdvice
  ),
  ...["fork", "setupPrimary", "setupMaster"].map((key) => ({
    ...throwing(nodeCluster, key, `cluster.${key}`, processAdvice),
    isInherited: true
  }))
]

const threads = (): ReadonlyArray<Patch> => [
  ...family(nodeThreads, "worker_threads", ["Worker"], threadAdvice),
  ...[globalThis, nodeThreads].flatMap((holder) =>
    ["MessageChannel", "BroadcastChannel"].map((key) =>
      constructing(holder, key, `new ${key}`, threadAdvice)
    )
  ),
  throwing(Atomics, "wait", "Atomics.wait", threadAdvice),
  throwing(Atomics, "waitAsync", "Atomics.waitAsync", threadAdvice)
]

const engine = (): ReadonlyArray<Patch> => [
  ...family(
    nodeAsyncHooks,
    "async_hooks",
    ["createHook", "executionAsyncId", "executionAsyncResource", "triggerAsyncId"],
    "keep what belongs to a request in an AsyncLocalStorage"
  ),
  ...family(nodeInspector, "inspector", ["open", "waitForDebugger", "Session"], observeAdvice),
  ...family(
    nodePerformance,
    "perf_hooks",
    ["PerformanceObserver", "monitorEventLoopDelay"],
    observeAdvice
  ),
  ...family(
    nodeV8,
    "v8",
    functionKeys(nodeV8).filter((key) => /^(getHeap|writeHeap|getCpp)/u.test(key)),
    observeAdvice
  ),
  ...family(URL, "URL", ["createObjectURL"], "its name is random: hand the blob itself on"),
  ...family(nodeVm, "vm", ["createContext", "runInContext", "runInNewContext"], contextAdvice),
  ...family(
    nodeVm.Script.prototype,
    "vm.Script",
    ["runInContext", "runInNewContext"],
    contextAdvice
  ),
  ...["localStorage", "sessionStorage"].map((key) =>
    value(globalThis, key, (around) => {
      throw refuse(around, key, fileAdvice)
    })
  ),
  ...webGlobals()
]

const webGlobals = (): ReadonlyArray<Patch> => {
  const temporal: unknown = Reflect.get(globalThis, "Temporal")
  const now: unknown =
    typeof temporal === "object" ? Reflect.get(Object(temporal), "Now") : undefined
  return [
    ...["WebSocket", "EventSource"].map((key) =>
      constructing(globalThis, key, `new ${key}`, networkAdvice)
    ),
    ...["CompressionStream", "DecompressionStream"].map((key) =>
      constructing(globalThis, key, `new ${key}`, streamAdvice)
    ),
    ...(typeof now === "object" && now !== null
      ? family(now, "Temporal.Now", functionKeys(now), "use Clock of Effect, or Date")
      : [])
  ]
}

/** Newer Nodes have one. They warn when it is loaded, which is nobody's wish here. */
const database = (): ReadonlyArray<Patch> => {
  const warning = nodeProcess.emitWarning
  nodeProcess.emitWarning = () => {}
  try {
    const load: unknown = Reflect.get(nodeProcess, "getBuiltinModule")
    const sqlite: unknown = isFunction(load)
      ? Reflect.apply(load, nodeProcess, ["node:sqlite"])
      : undefined
    const made: unknown = Reflect.get(Object(sqlite), "DatabaseSync")
    if (typeof sqlite !== "object" || sqlite === null || !isFunction(made)) return []
    const opened: unknown = Reflect.get(made, "prototype")
    return [
      ...family(sqlite, "sqlite", ["DatabaseSync", "backup"], databaseAdvice),
      ...family(Object(opened), "sqlite.DatabaseSync", ["exec", "prepare"], databaseAdvice)
    ]
  } finally {
    nodeProcess.emitWarning = warning
  }
}

const isFunction = (given: unknown): given is AnyFunction => typeof given === "function"

/** With a callback it uses a thread; the same function without one gives the same bytes. */
const packed =
  (sync: AnyFunction) =>
  ({ around, parameters, real, self }: Call): unknown => {
    const callback = parameters.at(-1)
    if (!isFunction(callback)) return Reflect.apply(real, self, parameters)
    const call = (...given: Array<unknown>): void =>
      around.nextTick(() => {
        Reflect.apply(callback, undefined, given)
      })
    try {
      const packed = onPurpose(() => Reflect.apply(sync, nodeZlib, parameters.slice(0, -1)))
      call(null, packed)
    } catch (error) {
      call(error)
    }
    return undefined
  }

/** Calls the real function on purpose. */
const really = ({ parameters, real, self }: Call): unknown =>
  onPurpose(() => Reflect.apply(real, self, parameters))

const packing = (): ReadonlyArray<Patch> =>
  functionKeys(nodeZlib).flatMap((key): ReadonlyArray<Patch> => {
    const sync: unknown = Reflect.get(nodeZlib, `${key}Sync`)
    if (isFunction(sync)) {
      return [method(nodeZlib, key, packed(sync)), method(nodeZlib, `${key}Sync`, really)]
    }
    const isStream = key.startsWith("create") || isClass(key)
    return isStream ? family(nodeZlib, "zlib", [key], streamAdvice) : []
  })

/** A module loaded late reads files, and what it does as it loads is no part of the flight. */
const loading = (): ReadonlyArray<Patch> =>
  ["_load", "_resolveFilename"].map((key) => method(nodeModule, key, really))

/** The patches that refuse. */
export const patches = (): ReadonlyArray<Patch> => [
  ...files(),
  ...network(),
  ...processes(),
  ...threads(),
  ...engine(),
  ...database(),
  ...packing(),
  ...loading()
]
