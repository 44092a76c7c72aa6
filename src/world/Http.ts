/**
 * HTTP on the nodes of a flight: the server and the clients that each incarnation finds, and where
 * their requests go.
 *
 * Owns the way from a host name to a node. What a client looks like is HttpClients', HttpContracts'
 * and HttpFetch's business.
 */
import { Effect, FileSystem, Layer, Path } from "effect"
import { Etag, FetchHttpClient, HttpClient, HttpPlatform, HttpServer } from "effect/http"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import { makeLabel } from "../kernel/Task.ts"
import type * as Contract from "../system/Contract.ts"
import type * as System from "../system/System.ts"
import type { Call } from "./Call.ts"
import * as HttpClients from "./HttpClients.ts"
import * as HttpContracts from "./HttpContracts.ts"
import * as HttpExchange from "./HttpExchange.ts"
import * as HttpFetch from "./HttpFetch.ts"
import * as HttpHost from "./HttpHost.ts"
import * as HttpHosts from "./HttpHosts.ts"
import type { Network } from "./Network.ts"
import type { Node } from "./Node.ts"

/**
 * How long a client that no edge gives a timeout waits for the head of a response, and then for
 * each part of its body: five minutes, as the clients of Node do.
 */
export const patienceMicros = 300_000_000

/** HTTP of one incarnation of a node. */
export interface NodeHttp {
  readonly host: HttpHost.HttpHost
  readonly fetch: typeof globalThis.fetch
  readonly open: HttpClients.Open
  /** Adds the server, the clients and what they need to the services of a context, by key. */
  readonly provide: (services: Map<string, unknown>) => void
}

/** One way to reach the provider of a contract. */
export interface Route {
  readonly contract: Contract.AnyHttp
  readonly caller: Process
  /** The host name that requests show. */
  readonly host: string
  readonly pick: (within: Call | undefined) => Process
  readonly timeoutMicros: number | undefined
  readonly policy: HttpContracts.Policy
}

/** HTTP in a flight. */
export interface Http {
  /** Makes the HTTP of a new incarnation. */
  readonly renew: (node: Node) => NodeHttp
  /** The client of a contract over HTTP. */
  readonly contract: (route: Route) => HttpContracts.Clients
}

/** What HTTP is made with. */
export interface Options {
  readonly kernel: Kernel
  readonly network: Network
  readonly system: System.System
  readonly processOf: (name: string) => Process
  /** A node called a host whose contract its service does not declare in `uses`. */
  readonly onUndeclared: (node: Node, contract: string) => void
}

const etags = Effect.runSync(Effect.provide(Etag.Generator, Etag.layerWeak))
const noFiles = FileSystem.makeNoop({})
const paths = Effect.runSync(Effect.provide(Path.Path, Path.layer))

type Platform = HttpPlatform.HttpPlatform["Service"]

interface LazyPlatform {
  readonly services: ReadonlyMap<string, unknown>
  made: Platform | undefined
}

const platformIn = (lazy: LazyPlatform): Platform => {
  // Whatever stands under this key is a `FileSystem`: the context is typed by its keys.
  const found = lazy.services.get(FileSystem.FileSystem.key) as FileSystem.FileSystem | undefined
  return (lazy.made ??= Effect.runSync(
    Effect.provide(
      HttpPlatform.HttpPlatform,
      Layer.provide(HttpPlatform.layer, Layer.succeed(FileSystem.FileSystem, found ?? noFiles))
    )
  ))
}

/** What all platforms share; getters are not written into each, see HttpExchange. */
const platform: Platform & ThisType<LazyPlatform> = {
  get platform() {
    return platformIn(this).platform
  },
  get compression() {
    return platformIn(this).compression
  },
  fileResponse(path, options) {
    return platformIn(this).fileResponse(path, options)
  },
  fileWebResponse(file, options) {
    return platformIn(this).fileWebResponse(file, options)
  }
}

/** How files are served: made when it is first used, with the files of the node, if it has any. */
const platformOf = (services: ReadonlyMap<string, unknown>): Platform =>
  // The fields are those that the shared methods ask for.
  Object.assign(Object.create(platform), { services, made: undefined }) as Platform

/**
 * Node loads its `Response` and all that belongs to it when one of them is first asked for, and
 * makes promises of its own then: before the first flight, not within it.
 */
const loadPlatform = (): void => void globalThis.Response

/** Makes the HTTP of a flight. */
export const make = (options: Options): Http => {
  const { kernel, network, onUndeclared, processOf, system } = options
  const hosts = HttpHosts.make(system)
  loadPlatform()

  const checkEdge = (node: Node, host: HttpHosts.Host): void => {
    const { contract } = host
    if (contract === undefined || node.service === undefined) return
    if (host.nodes.length === 1 && host.nodes[0] === node.name) return
    if (node.service.uses.some((use) => use.contract.contractName === contract)) return
    onUndeclared(node, contract)
  }

  const nodesBehind = (node: Node, name: string): ReadonlyArray<string> | undefined => {
    if (HttpHosts.isLoopback(name)) return [node.name]
    const host = hosts.get(name.toLowerCase())
    if (host !== undefined) checkEdge(node, host)
    return host?.nodes
  }

  const opener =
    (node: Node): HttpClients.Open =>
    (name, request, within) => {
      const names = nodesBehind(node, name)
      const [first] = names ?? []
      const caller = node.process
      if (names === undefined || first === undefined) {
        return HttpExchange.nowhere(kernel, caller, name)
      }
      const only = processOf(first)
      const label = makeLabel(`route ${node.name} ${name}`)
      const pick = (): Process => {
        if (names.length === 1) return only
        const at = (kernel.draw(label, within?.request) >>> 0) % names.length
        return processOf(names[at] ?? first)
      }
      return HttpExchange.begin({
        kernel,
        network,
        caller,
        target: name,
        pick,
        timeoutMicros: patienceMicros,
        timing: "each wait",
        request,
        within
      })
    }

  return {
    renew: (node) => {
      const host = HttpHost.make(network, node.process, node.means?.admission)
      const open = opener(node)
      const fetch = HttpFetch.make(open)
      return {
        host,
        fetch,
        open,
        // What is added here is what `Service.Ambient` says is there.
        provide: (services) => {
          services.set(HttpServer.HttpServer.key, host.server)
          services.set(HttpClient.HttpClient.key, HttpClients.ofRunningNode)
          services.set(FetchHttpClient.Fetch.key, fetch)
          services.set(HttpPlatform.HttpPlatform.key, platformOf(services))
          services.set(Etag.Generator.key, etags)
          services.set(Path.Path.key, paths)
          // `HttpApiBuilder` asks for files whether or not it needs any.
          if (node.service?.provides?.protocol !== "http") return
          if (services.has(FileSystem.FileSystem.key)) return
          services.set(FileSystem.FileSystem.key, noFiles)
        }
      }
    },
    contract: ({ caller, contract, host, pick, policy, timeoutMicros }) => {
      const open: HttpClients.Open = (_, request, within) =>
        HttpExchange.begin({
          kernel,
          network,
          caller,
          target: contract.contractName,
          pick,
          timeoutMicros,
          timing: "whole",
          request,
          within
        })
      return HttpContracts.make(contract, open, `http://${host}`, policy)
    }
  }
}
