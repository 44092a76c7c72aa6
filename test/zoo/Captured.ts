/**
 * Captured when its module was loaded. Imported twice: before the guards are in place, and, as
 * users' code is, after. What is imported by name from a module of Node follows the guards.
 */
import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { type Animal, animal, called } from "./Animal.ts"

const { now } = Date
const CapturedDate = Date
const { random } = Math
const monotonic = performance.now.bind(performance)
const later = setTimeout
const soon = queueMicrotask
const next = process.nextTick.bind(process)
const { env } = process
const isoNow = new Date().toISOString()

const instance = randomUUID()

/** What is captured, named by when. */
export const captured = (when: string): ReadonlyArray<Animal> => [
  animal(`\`Date.now\` captured ${when}`, () => now()),
  animal(`\`Date\` captured ${when}`, () => new CapturedDate().toISOString()),
  animal(`\`Math.random\` captured ${when}`, () => random()),
  animal(`\`performance.now\` captured ${when}`, () => monotonic()),
  animal(`\`setTimeout\` captured ${when}`, () => called((done) => later(() => done(null), 5))),
  animal(`\`queueMicrotask\` captured ${when}`, () => called((done) => soon(() => done(null)))),
  animal(`\`process.nextTick\` captured ${when}`, () => called((done) => next(() => done(null)))),
  animal(`\`process.env\` captured ${when}`, () => Object.keys(env).length),
  animal(`\`randomUUID\` imported by name ${when}`, () => randomUUID()),
  animal(`\`readFileSync\` imported by name ${when}`, () => readFileSync("/etc/hostname", "utf8")),
  animal(`\`timers/promises\` imported by name ${when}`, () => sleep(5, "slept")),
  animal(`a date made ${when}`, () => isoNow),
  animal(`an id drawn ${when}`, () => instance)
]
