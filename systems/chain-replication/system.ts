/** A replicated key-value store: clients, the chain of replicas, and its master. */
import { Service, System } from "downforce"
import { master } from "./master.ts"
import { replica } from "./replica.ts"
import type { Rules } from "./rules.ts"
import { store } from "./store.ts"

/** Two stores, so that one may know an older configuration than the other. */
export const chainReplication = (options: { readonly replicas: number; readonly rules: Rules }) =>
  System.make("chain-replication", {
    services: [
      Service.replicas(store(options.rules), 2),
      Service.replicas(replica(options.rules), options.replicas),
      master(options.replicas)
    ]
  })
