/**
 * Real work that no dispatcher saw begin, because the code of a node calls a function it captured
 * before the guards were in place. The engine tells of each resource it makes; of promises it tells
 * nothing here. Watching is for a flight alone.
 */
import { createHook } from "node:async_hooks"
import { aloftNow, here, onPurpose } from "./Dispatch.ts"
import { engineFramesIn, sourceInStack, stackOfCall } from "./CallSource.ts"

const captured = "it was captured before the guards were in place: load downforce first"
const alreadyOpen = "it works for real: open and use it outside the flight"

/** Resources of the engine by their type, as a person would call what made them. */
const calls: ReadonlyArray<readonly [types: RegExp, call: string, advice: string]> = [
  [/^Timeout$/u, "setTimeout", captured],
  [/^Immediate$/u, "setImmediate", captured],
  [/^TickObject$/u, "process.nextTick", captured],
  [/^Microtask$/u, "queueMicrotask", captured],
  [/^(FS|FILE|DIR|STATWATCHER|FSEVENT)/u, "fs", alreadyOpen],
  [/^(GETADDRINFO|GETNAMEINFO|QUERY)/u, "dns", alreadyOpen],
  [/^(TCP|PIPE|TLS|UDP|WRITEWRAP|SHUTDOWNWRAP|JSSTREAM|SSL)/u, "a socket", alreadyOpen],
  [/^(HTTP|QUIC)/u, "http", alreadyOpen],
  [/^TTYWRAP$/u, "a terminal", alreadyOpen],
  [/^SIGNALWRAP$/u, "process.on(signal)", captured],
  [/^PROCESSWRAP$/u, "child_process", captured],
  [/^(WORKER|MESSAGEPORT)/u, "a thread", captured],
  [/^ZLIB$/u, "zlib", captured],
  [
    /^(RANDOM|KEY|SIGN|VERIFY|DERIVE|CIPHER|PBKDF2|SCRYPT|HASH|HKDF|CHECKPRIME)/u,
    "crypto",
    captured
  ]
]

const known = new Map<string, readonly [call: string, advice: string] | undefined>()

const callOf = (type: string): readonly [call: string, advice: string] | undefined => {
  if (known.has(type)) return known.get(type)
  const found = calls.find(([types]) => types.test(type))
  const call = found === undefined ? undefined : ([found[1], found[2]] as const)
  known.set(type, call)
  return call
}

/** These the engine makes for itself as well: it counts only when the user's own code does. */
const isInternalToo = (type: string): boolean => type === "TickObject" || type === "Microtask"

/** A job that was over when its function returned: no thread was used. */
const wasAtOnce = (type: string, frames: ReadonlyArray<string>): boolean =>
  /^(ZLIB|[A-Z0-9]+REQUEST)$/u.test(type) && frames.some((frame) => atOnce.test(frame))

const atOnce = /Sync\b|\bsyncBuffer|OneShot|diffieHellman/u

/** What the engine's functions for making a microtask or a tick are in. */
const making = /node:(internal\/)?(async_hooks|process\/)/u

const report = (type: string, call: string, advice: string): void => {
  const around = here()
  if (around === undefined) return
  const stack = onPurpose(stackOfCall)
  const frames = engineFramesIn(stack)
  if (isInternalToo(type) && !frames.every((frame) => making.test(frame))) return
  if (wasAtOnce(type, frames)) return
  const isImport = frames.some((frame) => frame.includes("node:internal/modules/"))
  aloftNow()?.report({
    call: isImport ? "import()" : call,
    nodeName: around.nodeName,
    source: sourceInStack(stack),
    advice: isImport ? "import it at the top of the file: loading reads files" : advice
  })
}

const hook = createHook({
  init: (_, type) => {
    if (type === "PROMISE") return
    const found = callOf(type)
    // What throws in here ends the process, so it only tells.
    if (found !== undefined) report(type, found[0], found[1])
  }
})

/** Watches until the function that it returns is called. */
export const watch = (): (() => void) => {
  hook.enable()
  return () => {
    hook.disable()
  }
}
