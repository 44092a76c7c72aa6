/** The lock with a store that lets everybody in. Found, or the scenario proves nothing. */
import { Service, System, WindTunnel } from "downforce"
import { store } from "../../systems/lease-lock/broken/no-fencing-token.ts"
import { lock } from "../../systems/lease-lock/lock.ts"
import { worker } from "../../systems/lease-lock/worker.ts"
import { conditions } from "../lease-lock.ts"

export const noFencingToken = WindTunnel.make("no fencing token", {
  ...conditions,
  system: System.make("lease-lock", { services: [Service.replicas(worker, 2), lock, store] })
})
