/**
 * Host names: which nodes a URL leads to.
 *
 * A node is reached by its own name, a service by its name and by each of its `hosts`, spread over
 * its replicas; `localhost` is the node itself. Ports and schemes are not told apart: a node serves
 * one `HttpServer`.
 */
import type * as System from "../system/System.ts"

/** What a host name leads to. */
export interface Host {
  /** The service behind it. */
  readonly service: string
  /** The contract that its nodes provide, if any. */
  readonly contract: string | undefined
  /** The names of its nodes, in order. Never empty. */
  readonly nodes: ReadonlyArray<string>
}

/** Host names, in lower case. */
export type Hosts = ReadonlyMap<string, Host>

/** Collects the host names of a system; `System` has seen to it that no two services share one. */
export const make = (system: System.System): Hosts => {
  const hosts = new Map<string, Host>()
  for (const service of system.services) {
    const contract = service.provides?.contractName
    const nodes = system.nodes.filter((node) => node.service.name === service.name)
    const names = nodes.map(({ name }) => name)
    for (const name of names) {
      hosts.set(name.toLowerCase(), { service: service.name, contract, nodes: [name] })
    }
    for (const name of [service.name, ...service.hosts]) {
      hosts.set(name.toLowerCase(), { service: service.name, contract, nodes: names })
    }
  }
  return hosts
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]", "0.0.0.0"])

/** Whether a host name means the node that uses it. */
export const isLoopback = (name: string): boolean => loopback.has(name)
