/** The people of the pipeline: who is on call, and who must be asked. */
import { Service, Use } from "downforce"
import { Duration, Effect, Schedule } from "effect"
import { type Commit, Deploy, Owner, type Stage, Test, Watch } from "./contracts.ts"
import type { Practice } from "./practice.ts"

/** Owners are asked one thing at a time, and answer when they come to it. */
export const owner = ({ decisionMinutes }: Practice) =>
  Service.make("owner", {
    provides: Owner,
    capacity: { slots: 1 },
    handlers: Effect.succeed(
      Owner.of({ mayRevert: () => Effect.sleep(Duration.minutes(decisionMinutes)) })
    )
  })

/** One person is on call, and deals with one batch at a time. */
export const watch = Service.make("watch", {
  provides: Watch,
  uses: {
    test: Use.make(Test, { timeout: "2 hours" }),
    deploy: Use.make(Deploy, { timeout: "2 hours" }),
    owner: Use.make(Owner, { timeout: "1 day" })
  },
  capacity: { slots: 1 },
  handlers: Effect.gen(function* () {
    const test = yield* Test
    const deploy = yield* Deploy
    const owner = yield* Owner

    /** Nobody gives up: all that is asked for here may be done twice. */
    const persistently = Effect.retry(Schedule.spaced("1 minute"))
    const isRed = (stage: Stage, commits: ReadonlyArray<Commit>) =>
      Effect.map(persistently(test.reproduce({ stage, commits })), (answer) => answer.isRed)

    /** The commit at which a red batch turns red, by bisection: a step for each doubling. */
    const isolate = Effect.fnUntraced(function* (stage: Stage, commits: ReadonlyArray<Commit>) {
      let [low, high] = [0, commits.length - 1]
      while (low < high) {
        const middle = Math.floor((low + high) / 2)
        if (yield* isRed(stage, commits.slice(0, middle + 1))) high = middle
        else low = middle + 1
      }
      return commits[low]
    })

    return Watch.of({
      resolve: Effect.fnUntraced(function* ({ commits, stage }) {
        const culprits: Array<number> = []
        let rest = commits
        do {
          const culprit = yield* isolate(stage, rest)
          if (culprit === undefined) break
          yield* persistently(owner.mayRevert({ culprit: culprit.id }))
          yield* persistently(deploy.revert({ culprit: culprit.id }))
          culprits.push(culprit.id)
          rest = rest.filter((commit) => commit !== culprit)
          // A batch may have more than one: the flag is lifted when what is left was seen green.
        } while (rest.length > 0 && (yield* isRed(stage, rest)))
        return { culprits }
      }, Effect.orDie)
    })
  })
})
