/** Two workers that share a document by means of a lock. */
import { Service, System } from "downforce"
import { lock } from "./lock.ts"
import { store } from "./store.ts"
import { worker } from "./worker.ts"

export const leaseLock = System.make("lease-lock", {
  services: [Service.replicas(worker, 2), lock, store]
})
