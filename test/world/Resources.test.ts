/** What the nodes of a world have, and how much of it is taken at a moment. */
import { Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Operation, Pool, Service, System, Use, WindTunnel, Work, Workload } from "downforce"
import type * as Flight from "../../src/flight/Flight.ts"
import { makeLabel } from "../../src/kernel/Task.ts"
import * as Resources from "../../src/world/Resources.ts"
import { ask, flyWith, type Setting } from "../flight/Fly.ts"
import { Back, type BackHandlers, Front, pair, plainBack } from "../flight/toys.ts"

const connections = Pool.make("connections", { slots: 2 })

/** A front with something of everything, which asks a back that has nothing bounded. */
const front = Service.make("front", {
  provides: Front,
  uses: { back: Use.make(Back, { concurrency: 2, bandwidth: 1_000 }) },
  capacity: { cores: 1, slots: 5, queueMax: 0, pools: [connections] },
  handlers: Effect.gen(function* () {
    const back = yield* Back
    return Front.of({
      ask: ({ text }) => {
        if (text === "work") return Effect.as(Work.spend("1 second"), text)
        if (text === "hold") return Effect.as(connections.withSlot(Effect.sleep("1 second")), text)
        return Effect.orDie(back.echo({ text }))
      }
    })
  })
})

const back = Service.make("back", {
  provides: Back,
  handlers: Effect.succeed<BackHandlers>({ ...plainBack, echo: () => Effect.never })
})

const tunnel = WindTunnel.make("something of everything", {
  system: System.make("everything", { services: [front, back] }),
  workload: Workload.make({
    clients: 12,
    operations: 1,
    operation: Operation.make(Front, "ask", fc.record({ text: fc.constant("a") }))
  }),
  properties: []
})

/** What there is at a time, as `node kind name: taken of places, waiting, refused`. */
const at = (
  millis: number,
  texts: ReadonlyArray<string>,
  scenario = tunnel
): ReadonlyArray<string> => {
  let seen: ReadonlyArray<string> = []
  const onTakeOff: NonNullable<Setting["onTakeOff"]> = ({
    kernel,
    links,
    world
  }: Flight.Flying) => {
    const look = (): void => {
      seen = Resources.read(world, links, kernel.now()).map(
        ({ inUse, kind, name, node, places, refused, waiting }) =>
          `${node} ${kind} ${name}: ${inUse} of ${places}, ${waiting}, ${refused}`
      )
      kernel.stop()
    }
    kernel.scheduleUnder(kernel.root, millis * 1_000, makeLabel("look"), undefined, look, undefined)
  }
  const operations = texts.map((text, index) => ask(`o-${index + 1}`, 1, text, index + 1))
  flyWith(scenario, { operations, onTakeOff })
  return seen
}

describe("the resources of a world", () => {
  it("are those of nodes that are bounded, in their order, and none of clients", () => {
    expect(at(0.5, [])).toEqual([
      "front cores cores: 0 of 1, 0, 0",
      "front slots slots: 0 of 5, 0, 0",
      "front pool connections: 0 of 2, 0, 0",
      "front edge Back: 0 of 2, 0, 0"
    ])
  })

  it("say how much is taken, who waits, and who was turned away", () => {
    expect(at(10, ["work", "work", "hold", "hold", "hold", "hold", "hold"])).toEqual([
      "front cores cores: 1 of 1, 1, 0",
      "front slots slots: 5 of 5, 0, 2",
      "front pool connections: 2 of 2, 1, 0",
      "front edge Back: 0 of 2, 0, 0"
    ])
  })

  it("have the calls of an edge that are under way, and the links that these go over", () => {
    // Two are on their way, each of 12 bytes at a millisecond each; two wait for one to come back.
    expect(at(10.5, ["a", "a", "a", "a"])).toEqual([
      "front cores cores: 0 of 1, 0, 0",
      "front slots slots: 4 of 5, 0, 0",
      "front pool connections: 0 of 2, 0, 0",
      "front edge Back: 2 of 2, 2, 0",
      "front link back: 1 of 1, 0.015, 0"
    ])
  })

  it("are none of a system that is never short of anything", () => {
    expect(at(10, ["a"], pair())).toEqual([])
  })
})
