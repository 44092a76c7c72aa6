/** A replicated key-value store: clients, the chain of replicas, and its master. */
import { Service, System } from "downforce"
import { master } from "./master.ts"
import { replica } from "./replica.ts"
import type { Rules } from "./rules.ts"
import { store } from "./store.ts"

/**
 * Two stores, so that one may know an older configuration than the other. With a `core`, so many of
 * the replicas suffice, and one store: for as long as nobody loses its copy before the chain has
 * made itself whole from the last time.
 */
export const chainReplication = (options: {
  readonly replicas: number
  readonly core?: number
  readonly rules: Rules
}) =>
  System.make("chain-replication", {
    services: [
      Service.replicas(store(options.rules), 2, options.core === undefined ? {} : { core: 1 }),
      Service.replicas(
        replica(options.rules),
        options.replicas,
        options.core === undefined ? {} : { core: options.core }
      ),
      master(options.replicas)
    ]
  })
