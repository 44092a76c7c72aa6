/** One node with a disk on a bare kernel: programs run on it one by one, and it can lose power. */
import { Context, Effect, Exit, type FileSystem, type Path, Scope } from "effect"
import * as Kernel from "../../src/kernel/Kernel.ts"
import * as Process from "../../src/kernel/Process.ts"
import { makeLabel } from "../../src/kernel/Task.ts"
import * as Recorder from "../../src/recording/Recorder.ts"
import { calm, type Entropy } from "../../src/turbulence/Entropy.ts"
import * as Ambient from "../../src/world/Ambient.ts"
import * as Disk from "../../src/world/Disk.ts"
import * as DiskCrash from "../../src/world/DiskCrash.ts"
import type { Node } from "../../src/world/Node.ts"

/** What a machine is made with. */
export interface Setting {
  readonly entropy?: Entropy
  readonly capacityBytes?: number
  readonly isProtected?: boolean
  readonly isRecorded?: boolean
}

/** What programs on the machine may ask for. */
export type Surrounding = FileSystem.FileSystem | Path.Path | Scope.Scope

/** A node with a disk. */
export interface Machine {
  readonly disk: Disk.Disk
  /** Runs a program to its end; its scope closes with the machine's life. */
  readonly run: <A, E>(program: Effect.Effect<A, E, Surrounding>) => Exit.Exit<A, E>
  /** Runs a program that must succeed. */
  readonly get: <A, E>(program: Effect.Effect<A, E, Surrounding>) => A
  /** Starts a program, lets it run for so long, and leaves it where it is. */
  readonly runFor: <A, E>(micros: number, program: Effect.Effect<A, E, Surrounding>) => void
  /** The power fails, and the machine starts again. */
  readonly crash: () => void
  /** The process stops gracefully, and starts again. */
  readonly restart: () => void
  readonly nowMicros: () => number
  /** What was recorded about the disk, in order. */
  readonly told: () => ReadonlyArray<string>
}

const never = Number.MAX_SAFE_INTEGER

/** Makes a machine with an empty disk. */
export const make = (setting: Setting = {}): Machine => {
  const recorder = setting.isRecorded === true ? Recorder.make() : undefined
  const kernel = Kernel.make({
    entropy: setting.entropy ?? calm,
    limits: { stepsMax: never, stepsPerInstantMax: never, operationsPerTaskMax: never },
    horizonMicros: never,
    seed: 1,
    onChoice: undefined,
    afterTask: () => {}
  })
  const process = Process.make(kernel, "store", 0)
  const disk = Disk.make({
    kernel,
    process,
    recorder,
    capacityBytes: setting.capacityBytes ?? 1_048_576,
    isProtected: setting.isProtected ?? false
  })
  const node: Node = {
    name: "store",
    role: "service",
    process,
    service: undefined,
    disk,
    context: Context.empty(),
    scope: undefined,
    means: undefined,
    env: {},
    host: undefined,
    http: undefined,
    probes: new Map(),
    recorded: new Map()
  }
  const runLabel = makeLabel("program")
  const haltLabel = makeLabel("halt")
  const renew = (): void => {
    Process.start(process)
    node.scope = Scope.makeUnsafe()
    node.context = Ambient.make(kernel, node, recorder, { onDefect: () => {} })
  }
  renew()

  const begin = <A, E>(
    program: Effect.Effect<A, E, Surrounding>,
    onExit: (exit: Exit.Exit<A, E>) => void
  ): void => {
    const scope = node.scope ?? Scope.makeUnsafe()
    // The node has a disk, so its context has a file system.
    const context = node.context as Context.Context<FileSystem.FileSystem | Path.Path>
    const scoped = Context.add(context, Scope.Scope, scope)
    const start = (): void => {
      Effect.runForkWith(scoped)(program).addObserver(onExit)
    }
    kernel.schedule(kernel.now(), runLabel, process, start, undefined)
  }

  const run: Machine["run"] = <A, E>(program: Effect.Effect<A, E, Surrounding>) => {
    const exits: Array<Exit.Exit<A, E>> = []
    begin(program, (exit) => void exits.push(exit))
    kernel.run()
    const [exit] = exits
    if (exit === undefined) throw new Error("the program never ends")
    return exit
  }

  return {
    disk,
    run,
    get: (program) => {
      const exit = run(program)
      if (Exit.isFailure(exit)) throw new Error(`the program fails: ${String(exit.cause)}`)
      return exit.value
    },
    runFor: (micros, program) => {
      begin(program, () => {})
      // What is under way at that instant dies with the process.
      const halt = (): void => Process.kill(process)
      kernel.schedule(kernel.now() + micros, haltLabel, undefined, halt, undefined)
      kernel.run()
      renew()
    },
    crash: () => {
      Process.kill(process)
      DiskCrash.crash(disk)
      renew()
    },
    restart: () => {
      Process.kill(process)
      Disk.closeAll(disk)
      renew()
    },
    nowMicros: kernel.now,
    told: () =>
      (recorder?.events() ?? []).filter(({ kind }) => kind === "disk").map(({ what }) => what)
  }
}
