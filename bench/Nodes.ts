/**
 * How the cost of an event grows with the system: the ping-pong of Messages.ts on 10 nodes and on
 * 1,000, with as many messages in all. It may grow as the logarithm of the number of nodes does,
 * so by log(1,000) / log(10) = 3.
 */
import { type Figure, judge } from "./Figure.ts"
import { pingPong } from "./Messages.ts"
import { interleave } from "./Rounds.ts"

const few = 10
const many = 1_000
const callsOfAll = 20_000
const rounds = 5

/** Measures what an event costs among few nodes and among many. */
export const measure = async (): Promise<ReadonlyArray<Figure>> => {
  const { amongFew, amongMany } = await interleave(
    {
      amongFew: () => pingPong(few, callsOfAll / (few / 2), false),
      amongMany: () => pingPong(many, callsOfAll / (many / 2), false)
    },
    rounds
  )
  const budget = Math.log(many) / Math.log(few)
  return [
    judge("cost per event, 1,000 nodes to 10", amongFew / amongMany, "times", "at most", budget)
  ]
}
