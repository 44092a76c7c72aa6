/**
 * The public entry: everything that a system, a scenario or a tool imports from `downforce`.
 *
 * Grouped as a user meets them: what the system is, what happens to it, how far it goes, what must
 * be true.
 */

import * as Contract from "./system/Contract.ts"
import * as Fake from "./system/Fake.ts"
import * as Pool from "./system/Pool.ts"
import * as Service from "./system/Service.ts"
import * as System from "./system/System.ts"
import * as Use from "./system/Use.ts"
import * as Work from "./system/Work.ts"

import * as Operation from "./flight/Operation.ts"
import * as WindTunnel from "./flight/WindTunnel.ts"
import * as Workload from "./flight/Workload.ts"
import * as Fault from "./turbulence/AskedFault.ts"
import * as Turbulence from "./turbulence/Turbulence.ts"

import * as Arrivals from "./stress/Arrivals.ts"
import * as Baseline from "./stress/Baseline.ts"
import * as BreakingPoint from "./stress/BreakingPoint.ts"
import * as Envelope from "./stress/Envelope.ts"
import * as Level from "./stress/Level.ts"
import * as Load from "./stress/Load.ts"
import * as Trigger from "./stress/Trigger.ts"

import * as Always from "./property/Always.ts"
import * as Eventually from "./property/Eventually.ts"
import * as ExactlyOnce from "./property/ExactlyOnce.ts"
import * as Linearizable from "./property/Linearizable.ts"
import * as Model from "./property/Model.ts"
import * as OfHistory from "./property/OfHistory.ts"
import * as Probe from "./property/Probe.ts"
import * as Sometimes from "./property/Sometimes.ts"
import * as Verdict from "./property/Verdict.ts"

/** The system: what it is made of, who may call whom, and what its nodes have to work with. */
export { Contract, Fake, Pool, Service, System, Use, Work }

/** A scenario: what its clients do, and what the world does to it. */
export { Operation, Turbulence, WindTunnel, Workload }

/** How far it goes: loads, what is owed under them, and what is driven until it breaks. */
export { Arrivals, Baseline, BreakingPoint, Envelope, Fault, Level, Load, Trigger }

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
