/**
 * The flying system: every node of the graph and every client, on one kernel, over one network.
 *
 * Owns the lives of nodes: start, crash, graceful stop. Which faults ask for them is Faults'
 * business, who flies and judges is the flight's.
 */
import { Cause, Context, Effect, Exit, Scope } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import * as Process from "../kernel/Process.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { EventKind } from "../recording/Event.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { unlimited } from "../system/Capacity.ts"
import * as Contract from "../system/Contract.ts"
import type * as Service from "../system/Service.ts"
import type * as System from "../system/System.ts"
import type { EdgePolicy } from "../system/Use.ts"
import type { Atlas } from "../turbulence/Turbulence.ts"
import * as Admission from "./Admission.ts"
import * as Ambient from "./Ambient.ts"
import type * as Caller from "./Caller.ts"
import * as Clocks from "./Clocks.ts"
import * as Cores from "./Cores.ts"
import * as Disk from "./Disk.ts"
import { protectedNodes } from "./DiskAtlas.ts"
import * as DiskCrash from "./DiskCrash.ts"
import * as Edge from "./Edge.ts"
import * as Environment from "./Environment.ts"
import * as Globals from "./Globals.ts"
import * as Host from "./Host.ts"
import * as Http from "./Http.ts"
import * as HttpHost from "./HttpHost.ts"
import type { Links } from "./Link.ts"
import type { Network } from "./Network.ts"
import type { Means, Node, Permits } from "./Node.ts"
import * as Pools from "./Pools.ts"

/** How long a graceful stop may take before the process is killed: 10 virtual seconds. */
export const graceMicros = 10_000_000

/** What ends a flight without being asked for. */
export interface Listener extends Ambient.Listener {
  /** A service failed while it was being built. */
  readonly onStartFailed: (node: Node, cause: Cause.Cause<unknown>) => void
  /** A service called by HTTP whoever provides a contract that it does not declare in `uses`. */
  readonly onUndeclared: (node: Node, contract: string) => void
  /** A service is up. */
  readonly onUp: (node: Node) => void
}

/** The world of a flight. */
export interface World {
  /** All nodes, clients last. */
  readonly nodes: ReadonlyArray<Node>
  readonly node: (name: string) => Node | undefined
  /** A client of a contract for a node, under a policy; it calls `among` alone, by default all. */
  readonly client: (
    node: Node,
    contract: Contract.Any,
    policy: EdgePolicy,
    among?: ReadonlyArray<string>
  ) => Caller.AnyClient
  /** Begins to start a node that is down. */
  readonly start: (node: Node) => void
  /** Kills a node that is alive, nothing is finalized; and its machine loses its power. */
  readonly crash: (node: Node) => void
  /** Closes a node's scope, then kills it; calls back when it is down. */
  readonly stop: (node: Node, onDown: () => void) => void
}

/** What a world is made with. */
export interface Options {
  readonly kernel: Kernel
  readonly system: System.System
  /** Names of the client nodes. */
  readonly clients: ReadonlyArray<string>
  readonly links: Links
  readonly network: Network
  readonly recorder: Recorder | undefined
  readonly listener: Listener
  /** What may become of data that a disk has promised to keep. */
  readonly atlas: Atlas
}

const makeNodes = (kernel: Kernel, options: Options): ReadonlyArray<Node> => {
  const blank = (name: string, index: number): Omit<Node, "role" | "service"> => ({
    name,
    process: Process.make(kernel, name, index),
    disk: undefined,
    context: Context.empty(),
    scope: undefined,
    means: undefined,
    env: {},
    http: undefined,
    host: undefined,
    probes: new Map(),
    recorded: new Map()
  })
  const kept = protectedNodes(kernel, options.system, options.atlas)
  const diskOf = (name: string, { disk }: Service.Any, process: Process.Process) =>
    disk === undefined
      ? undefined
      : Disk.make({
          kernel,
          process,
          recorder: options.recorder,
          capacityBytes: disk.capacityBytes,
          isProtected: kept.has(name)
        })
  const services = options.system.nodes.map(({ name, role, service }, index): Node => {
    const node = blank(name, index)
    return { ...node, disk: diskOf(name, service, node.process), role, service }
  })
  const clients = options.clients.map((name, index): Node => ({
    ...blank(name, services.length + index),
    role: "client",
    service: undefined
  }))
  return [...services, ...clients]
}

/** A system as who can reach only these nodes of it sees it. */
const only = (system: System.System, among: ReadonlyArray<string>): System.System => ({
  ...system,
  providers: new Map(
    [...system.providers].map(([contract, names]) => [
      contract,
      names.filter((name) => among.includes(name))
    ])
  )
})

/** Makes the world with every node down, except the clients, which are up and never fail. */
export const make = (options: Options): World => {
  const { kernel, listener, network, recorder, system } = options
  const nodes = makeNodes(kernel, options)
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const startLabels = new Map(nodes.map((node) => [node, makeLabel(`start ${node.name}`)]))
  const stopLabel = makeLabel("stop")
  const graceLabel = makeLabel("grace")

  const record = (kind: EventKind, node: Node, what: string): void => {
    if (recorder === undefined) return
    const task = kernel.current()
    task.step = recorder.record({
      time: kernel.now(),
      kind,
      node: node.name,
      what,
      because: [task.step]
    })
  }

  const processOf = (name: string): Process.Process => {
    const node = byName.get(name)
    if (node === undefined) throw new Error(`${name} is not a node of ${system.name}`)
    return node.process
  }

  const http = Http.make({
    kernel,
    network,
    system,
    processOf,
    onUndeclared: listener.onUndeclared
  })
  const edges: Edge.Options = { kernel, network, system, http, processOf }

  const meansOf = ({ process, service }: Node): Means => {
    const capacity = service?.capacity ?? unlimited
    return {
      cores: Cores.make(kernel, process, recorder, capacity.cores),
      pools: Pools.make(kernel, process, capacity.pools),
      admission:
        capacity.slots === undefined ? undefined : Admission.make(kernel, process, capacity),
      edges: new Map()
    }
  }

  /** Prepares a new incarnation: its scope, and everything its code may ask for. */
  const renew = (node: Node): Scope.Closeable => {
    Process.start(node.process)
    const scope = Scope.makeUnsafe()
    node.scope = scope
    node.env = Environment.make(node)
    const means = meansOf(node)
    node.means = means
    node.probes = new Map()
    const ambient = Ambient.make(kernel, node, recorder, listener)
    const scoped: Context.Context<Scope.Scope> = Context.add(ambient, Scope.Scope, scope)
    node.context = scoped
    node.http = http.renew(node)
    node.process.surroundings = Globals.make(kernel, node, recorder, listener, node.http)
    let context: Context.Context<Scope.Scope> = scoped
    const bounded = new Map<string, Permits>()
    for (const use of node.service?.uses ?? []) {
      const { client, directory, permits } = Edge.make(edges, node, use.contract, use.policy)
      if (permits !== undefined) bounded.set(use.contract.contractName, permits)
      context = Context.add(context, use.contract, client)
      context = Context.add(context, use.contract.directory, directory)
    }
    if (bounded.size > 0) node.means = { ...means, edges: bounded }
    // One flat map: each call adds to it, and should not pay for what was added before.
    const flat = new Map(context.mapUnsafe)
    node.context = Context.makeUnsafe(flat)
    node.http.provide(flat)
    return scope
  }

  /** Serves what a service that provides a contract over HTTP has yielded, if it does not yet. */
  const serveHttp = (
    node: Node,
    built: unknown
  ): Effect.Effect<undefined, unknown, Scope.Scope> => {
    const { host } = node.http ?? http.renew(node)
    if (Effect.isEffect(built)) {
      // The types of services leave only this: an effect that answers one request.
      return Effect.as(host.server.serve(built as HttpHost.App), undefined)
    }
    if (host.isServing()) return Effect.succeed(undefined)
    return Effect.die(new Error(`${node.name} yields nothing that answers HTTP, and serves none`))
  }

  const build = (node: Node): Effect.Effect<Host.Host | undefined, unknown, Scope.Scope> => {
    const { service } = node
    if (service === undefined) return Effect.succeed(undefined)
    // The context holds a client for each contract in `uses`, which is all that handlers need.
    const handlers = service.handlers as Effect.Effect<unknown, unknown, Scope.Scope>
    return Effect.flatMap(handlers, (built) => {
      const { provides } = service
      if (provides === undefined) return Effect.succeed(undefined)
      if (provides.protocol === "http") return serveHttp(node, built)
      const missing = Contract.missingHandlers(provides, built)
      if (missing.length > 0) {
        return Effect.die(new Error(`${node.name} has no handler for ${missing.join(", ")}`))
      }
      return Effect.sync(() =>
        Host.make(
          network,
          provides,
          // `missingHandlers` has just looked at every function.
          built as Readonly<Record<string, unknown>>,
          node.context as Context.Context<Scope.Scope>,
          node.means?.admission
        )
      )
    })
  }

  const runStart = (task: Task): void => {
    // Only `start` schedules this function, with a node.
    const node = task.payload as Node
    record("start", node, "starts")
    const fiber = Effect.runForkWith(node.context as Context.Context<Scope.Scope>)(build(node))
    fiber.addObserver((exit) => {
      if (exit._tag === "Failure") {
        if (!Cause.hasInterruptsOnly(exit.cause)) listener.onStartFailed(node, exit.cause)
        return
      }
      const rpc = exit.value
      if (rpc !== undefined) {
        network.listen(node.process, node.means?.admission?.before(rpc) ?? rpc)
      }
      node.host = HttpHost.beside(rpc, node.http?.host)
      record("up", node, "is up")
      listener.onUp(node)
    })
  }

  const start = (node: Node): void => {
    if (node.process.isAlive) return
    renew(node)
    const label = startLabels.get(node) ?? stopLabel
    kernel.schedule(kernel.now(), label, node.process, runStart, node)
  }

  const bury = (node: Node): void => {
    Process.kill(node.process)
    network.disconnect(node.process)
    if (node.disk !== undefined) Disk.closeAll(node.disk)
    node.host = undefined
    node.http = undefined
    node.scope = undefined
    // What it had taken and what it turned away died with it: nothing of it is in use any more.
    node.means = undefined
    node.probes = new Map()
  }

  const crash = (node: Node): void => {
    const { disk, process } = node
    if (process.isAlive) {
      record("crash", node, "crashes")
      bury(node)
    }
    // The machine loses its power, whether or not the process on it had stopped before.
    if (disk !== undefined) DiskCrash.crash(disk)
  }

  const stop = (node: Node, onDown: () => void): void => {
    const { process, scope } = node
    if (!process.isAlive || scope === undefined) return onDown()
    const incarnation = process.incarnation
    network.unlisten(process)
    node.means?.admission?.close()
    const down = (how: string) => (): void => {
      if (process.incarnation !== incarnation) return
      kernel.cancel(grace)
      record("stop", node, how)
      bury(node)
      onDown()
    }
    const close = (): void => {
      const fiber = Effect.runForkWith(node.context)(Scope.close(scope, Exit.void))
      fiber.addObserver(() => {
        kernel.schedule(kernel.now(), stopLabel, undefined, down("has stopped"), undefined)
      })
    }
    const late = kernel.now() + graceMicros
    const kill = down("is killed: too slow to stop")
    const grace = kernel.schedule(late, graceLabel, undefined, kill, undefined)
    kernel.schedule(kernel.now(), stopLabel, process, close, undefined)
  }

  Clocks.skew(kernel, nodes, recorder)
  for (const node of nodes) if (node.role === "client") renew(node)

  return {
    nodes,
    node: (name) => byName.get(name),
    client: (node, contract, policy, among) => {
      const reached = among === undefined ? edges : { ...edges, system: only(system, among) }
      return Edge.make(reached, node, contract, policy).procedures
    },
    start,
    crash,
    stop
  }
}
