/**
 * The globals of a thread while code flies on it: put in place, handed to a flight, taken away.
 *
 * In place, every global that reads the machine is a dispatcher: virtual for the code of a node in
 * flight, the real one for everybody else. Each concern has a file of its own; what can not be
 * virtual is refused in `RealInput`. Removing puts back each property exactly as it was.
 */
import { syncBuiltinESMExports } from "node:module"
import * as AsyncLeaks from "./AsyncLeaks.ts"
import { aloftNow, setAloft } from "./Dispatch.ts"
import * as Patches from "./Patches.ts"
import * as RealInput from "./RealInput.ts"
import type { Aloft } from "./Surroundings.ts"
import * as VirtualCrypto from "./VirtualCrypto.ts"
import * as VirtualDate from "./VirtualDate.ts"
import * as VirtualGlobals from "./VirtualGlobals.ts"
import * as VirtualIntl from "./VirtualIntl.ts"
import * as VirtualProcess from "./VirtualProcess.ts"
import * as VirtualSubtle from "./VirtualSubtle.ts"
import * as VirtualTimers from "./VirtualTimers.ts"

const makeAll = (): Patches.PatchSet =>
  Patches.make([
    ...VirtualDate.patches(),
    ...VirtualIntl.patches(),
    ...VirtualTimers.patches(),
    ...VirtualGlobals.patches(),
    ...VirtualProcess.patches(),
    ...VirtualCrypto.patches(),
    ...VirtualSubtle.patches(),
    ...RealInput.patches()
  ])

let all: Patches.PatchSet | undefined
let installs = 0

const once = (run: () => void): (() => void) => {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    run()
  }
}

/**
 * Puts the dispatchers in place until the function that it returns is called, and every other that
 * asked as well. What is captured while they are in place stays a dispatcher: load users' code so.
 */
export const install = (): (() => void) => {
  all ??= makeAll()
  const patches = all
  if (installs === 0) {
    patches.put()
    // What was imported by name from a module of Node follows.
    syncBuiltinESMExports()
  }
  installs++
  return once(() => {
    installs--
    if (installs > 0) return
    patches.remove()
    syncBuiltinESMExports()
  })
}

/**
 * Hands the globals to a flight until the function that it returns is called; installs them for as
 * long where nobody has. Throws if a flight is under way on this thread: it flies one at a time.
 */
export const takeOff = (aloft: Aloft): (() => void) => {
  if (aloftNow() !== undefined) throw new Error("a flight is under way on this thread already")
  const uninstall = install()
  all?.mend()
  const unwatch = AsyncLeaks.watch()
  setAloft(aloft)
  return once(() => {
    setAloft(undefined)
    unwatch()
    uninstall()
  })
}
