/**
 * A node of the flying system: a process, what runs on it, and what it lets others see.
 */
import type { Context, Scope, Semaphore } from "effect"
import type { Process } from "../kernel/Process.ts"
import type { Probe } from "../property/Probe.ts"
import type * as Service from "../system/Service.ts"
import type { Admission } from "./Admission.ts"
import type { Cores } from "./Cores.ts"
import type { Disk } from "./Disk.ts"
import type { Environment } from "./Environment.ts"
import type { Host } from "./Host.ts"
import type { NodeHttp } from "./Http.ts"
import type { Pools } from "./Pools.ts"

/** What a node is in the graph. */
export type Role = "service" | "fake" | "client"

/** What an incarnation of a node does its work with. A client is never short of anything. */
export interface Means {
  readonly cores: Cores
  readonly pools: Pools
  /** `undefined` when it handles all calls that come at once. */
  readonly admission: Admission | undefined
  /** By contract, the permits of the edges whose concurrency is bounded. */
  readonly edges: ReadonlyMap<string, Permits>
}

/** The permits of an edge. */
export interface Permits {
  readonly places: number
  readonly permits: Semaphore.Semaphore
}

/** A node. Mutable: each incarnation has its own scope, host and probes. */
export interface Node {
  readonly name: string
  readonly role: Role
  readonly process: Process
  /** `undefined` for a client. */
  readonly service: Service.Any | undefined
  /** Outlives every incarnation; `undefined` for a service that declares none. */
  readonly disk: Disk | undefined
  /** The context of the current incarnation's fibers. */
  context: Context.Context<never>
  scope: Scope.Closeable | undefined
  /** The means of the current incarnation; `undefined` while there is none. */
  means: Means | undefined
  /** The environment of the current incarnation; its code may write to it. */
  env: Environment
  host: Host | undefined
  /** The HTTP of the current incarnation. */
  http: NodeHttp | undefined
  /** How to read each probe of the current incarnation. */
  probes: Map<Probe<unknown>, () => unknown>
  /** The last recorded value of each probe, as JSON text; used only while recording. */
  recorded: Map<string, string>
}
