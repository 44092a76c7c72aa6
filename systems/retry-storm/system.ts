/** The retry storm that does not come: a front before a slow store. */
import { System } from "downforce"
import { front } from "./front.ts"
import { store } from "./store.ts"

export const retryStorm = System.make("retry-storm", { services: [front, store] })
