/** Sessions with one service broken, each in one place. Found, or the scenario proves nothing. */
import { Service, System, WindTunnel } from "downforce"
import * as compares from "../../systems/sessions/broken/compares-clocks-across-nodes.ts"
import * as readsFirst from "../../systems/sessions/broken/refresh-reads-then-writes.ts"
import { browser } from "../../systems/sessions/browser.ts"
import { identity } from "../../systems/sessions/identity.ts"
import { profiles } from "../../systems/sessions/profiles.ts"
import { tokens } from "../../systems/sessions/tokens.ts"
import { conditions } from "../sessions.ts"

export const comparesClocksAcrossNodes = WindTunnel.make("compares clocks across nodes", {
  ...conditions,
  system: System.make("sessions", {
    services: [Service.replicas(identity, 2), Service.replicas(compares.profiles, 2)],
    fakes: [tokens, browser]
  })
})

export const refreshReadsThenWrites = WindTunnel.make("refresh reads then writes", {
  ...conditions,
  system: System.make("sessions", {
    services: [Service.replicas(readsFirst.identity, 2), Service.replicas(profiles, 2)],
    fakes: [tokens, browser]
  })
})
