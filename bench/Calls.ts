/**
 * RPC calls: whole flights of the toy system in calm air, setting up and judging included.
 *
 * A call is everything a call is in a flight: the generated client, the payload encoded by its
 * schema, a message with latency, decoded, the handler in a fiber, the result encoded, a message
 * back, decoded, and a timeout that is set and cancelled. A long flight (4,000 calls) shows what a
 * call costs, a short one (20 calls) how long a run of a batch takes, most of which is setting up.
 */
import { type Figure, judge } from "./Figure.ts"
import { interleave } from "./Rounds.ts"
import { callsOfOperation, flightOf } from "./Toy.ts"

const operationsOfLong = 2_000
const operationsOfShort = 10
const shortFlights = 200
const rounds = 7

/** Measures RPC calls, what recording them costs, and short flights. */
export const measure = async (): Promise<ReadonlyArray<Figure>> => {
  const long = flightOf(operationsOfLong)
  const short = flightOf(operationsOfShort)
  const flyLong = (isRecorded: boolean): number => {
    long(isRecorded)
    return operationsOfLong * callsOfOperation
  }
  const { calls, flights, recorded } = await interleave(
    {
      calls: () => flyLong(false),
      recorded: () => flyLong(true),
      flights: () => {
        for (let flight = 0; flight < shortFlights; flight++) short(false)
        return shortFlights
      }
    },
    rounds
  )
  return [
    judge("RPC calls", calls, "calls/s", "at least", 50_000),
    judge("RPC calls, slower when recorded", calls / recorded, "times", "at most", 2.5),
    judge("flights of 10 operations", flights, "flights/s", "at least", 1_000)
  ]
}
