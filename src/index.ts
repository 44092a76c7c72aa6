/**
 * The public entry: everything that a system, a scenario or a tool imports from `downforce`.
 *
 * Grouped as a user meets them: what the system is, what happens to it, what must be true.
 */

import * as Contract from "./system/Contract.ts"
import * as Fake from "./system/Fake.ts"
import * as Service from "./system/Service.ts"
import * as System from "./system/System.ts"
import * as Use from "./system/Use.ts"

import * as Operation from "./flight/Operation.ts"
import * as WindTunnel from "./flight/WindTunnel.ts"
import * as Workload from "./flight/Workload.ts"
import * as Turbulence from "./turbulence/Turbulence.ts"

import * as Always from "./property/Always.ts"
import * as Eventually from "./property/Eventually.ts"
import * as ExactlyOnce from "./property/ExactlyOnce.ts"
import * as Linearizable from "./property/Linearizable.ts"
import * as Model from "./property/Model.ts"
import * as OfHistory from "./property/OfHistory.ts"
import * as Probe from "./property/Probe.ts"
import * as Sometimes from "./property/Sometimes.ts"
import * as Verdict from "./property/Verdict.ts"

/** The system: what it is made of and who may call whom. */
export { Contract, Fake, Service, System, Use }

/** A scenario: what its clients do, and what the world does to it. */
export { Operation, Turbulence, WindTunnel, Workload }

/** What must be true, and the state of nodes that it may be said of. */
export {
  Always,
  Eventually,
  ExactlyOnce,
  Linearizable,
  Model,
  OfHistory,
  Probe,
  Sometimes,
  Verdict
}

/** The names of what turbulence is made of. */
export type { ChoiceKind } from "./turbulence/ChoicePoint.ts"
export type { FaultKind } from "./turbulence/Fault.ts"

/** What checks of properties are given, and what they answer. */
export type { History, HistoryEntry, Outcome } from "./property/History.ts"
export type { CheckResult, Property, View } from "./property/Property.ts"
export type { Counterexample } from "./property/Verdict.ts"
