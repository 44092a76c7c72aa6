/**
 * One edge of a node at work: the clients of a contract under a policy, for each way to reach it.
 *
 * Owns which replica a call goes to. What a client looks like is Caller's (remote procedures) and
 * HttpContracts' business.
 */
import { Effect, Schedule, Scope, Semaphore } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import { makeLabel } from "../kernel/Task.ts"
import type * as Contract from "../system/Contract.ts"
import type * as System from "../system/System.ts"
import type { EdgePolicy } from "../system/Use.ts"
import * as Caller from "./Caller.ts"
import type { Http } from "./Http.ts"
import type { Policy } from "./HttpContracts.ts"
import type { Network } from "./Network.ts"
import type { Node, Permits } from "./Node.ts"

/** The clients of an edge. */
export interface Edge {
  /** What a program finds under the contract. */
  readonly client: unknown
  /** The same by the names of its procedures, for workloads. */
  readonly procedures: Caller.AnyClient
  readonly directory: Contract.Directory<unknown>
  /** `undefined` when as many calls as are asked for may be under way. */
  readonly permits: Permits | undefined
}

/** What edges are made with. */
export interface Options {
  readonly kernel: Kernel
  readonly network: Network
  readonly system: System.System
  readonly http: Http
  readonly processOf: (name: string) => Process
}

type Clients = Pick<Edge, "client" | "procedures">

/** Retries and bounds attempts; how long one may take is the network's business. */
const policyOf =
  ({ retry }: EdgePolicy, permits: Semaphore.Semaphore | undefined): Policy =>
  (attempt) => {
    const one = permits === undefined ? attempt : permits.withPermits(1)(attempt)
    if (retry === undefined) return one
    return Effect.retry(one, {
      times: retry.times,
      while: retry.onlyIf,
      schedule: Schedule.spaced(retry.delayMicros / 1000)
    })
  }

/** Makes an edge of a node that is up. */
export const make = (
  options: Options,
  node: Node,
  contract: Contract.Any,
  policy: EdgePolicy
): Edge => {
  const { http, kernel, network, processOf, system } = options
  const { context, process: caller, scope } = node
  if (scope === undefined) throw new Error(`${node.name} is down`)
  const name = contract.contractName
  const addresses = system.providers.get(name) ?? []
  const providers = addresses.map(processOf)
  const [only] = providers
  if (only === undefined) throw new Error(`no node provides ${name}`)
  const routeLabel = makeLabel(`route ${node.name} ${name}`)
  const { concurrency, timeoutMicros } = policy
  const permits = concurrency === undefined ? undefined : Semaphore.makeUnsafe(concurrency)

  const reach = (host: string, pick: Caller.Options["pick"]): Clients => {
    if (contract.protocol === "http") {
      const applied = policyOf(policy, permits)
      return http.contract({ contract, caller, host, pick, timeoutMicros, policy: applied })
    }
    // Code that runs on after its scope has closed may ask for a client for the first time, and
    // Effect 4.1's dies of a closed scope. The node has moments to live: any scope will do.
    const bound = scope.state._tag === "Closed" ? Scope.makeUnsafe() : scope
    const made = { kernel, network, caller, contract, policy, pick, permits, context }
    const client = Caller.make({ ...made, scope: bound })
    return { client, procedures: client }
  }

  const spread: Caller.Options["pick"] = (within) =>
    providers[(kernel.draw(routeLabel, within?.request) >>> 0) % providers.length] ?? only
  const isAlone = providers.length === 1
  const host = system.nodes.find((each) => each.name === only.name)?.service.name ?? only.name
  const all = reach(host, isAlone ? () => only : spread)
  const known = new Map<string, unknown>()
  const at = (address: string): unknown => {
    if (!addresses.includes(address)) throw new Error(`${address} does not provide ${name}`)
    let found = known.get(address)
    if (found === undefined) {
      const process = processOf(address)
      found = isAlone ? all.client : reach(address, () => process).client
      known.set(address, found)
    }
    return found
  }
  const bounded =
    permits && concurrency !== undefined ? { places: concurrency, permits } : undefined
  return { ...all, directory: { addresses, at }, permits: bounded }
}
