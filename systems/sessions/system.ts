/** Sessions: identity before a database, and profiles that ask identity whom a token speaks for. */
import { Service, System } from "downforce"
import { browser } from "./browser.ts"
import { identity } from "./identity.ts"
import { profiles } from "./profiles.ts"
import { tokens } from "./tokens.ts"

export const sessions = System.make("sessions", {
  services: [Service.replicas(identity, 2), Service.replicas(profiles, 2)],
  fakes: [tokens, browser]
})
