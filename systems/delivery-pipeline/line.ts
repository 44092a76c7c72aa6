/**
 * The main line: takes commits from stage to stage, all that wait before a stage as one batch.
 *
 * Owns the flag. When a stage turns red, nothing begins anywhere until who is on call has found the
 * culprit and taken it out; what is under way is finished.
 */
import { Probe, Service, Use } from "downforce"
import { Deferred, Effect, Schedule, Schema } from "effect"
import { Build, type Commit, Deploy, Line, type Stage, Test, Watch } from "./contracts.ts"
import * as Flag from "./flag.ts"
import * as Inbox from "./inbox.ts"
import type { Practice } from "./practice.ts"

/** How things stand on the main line. */
export const Standing = Probe.make(
  "standing",
  Schema.Struct({
    /** Defects that are dealt with: the flag is yellow while there are any. */
    openDefects: Schema.Int,
    /** Commits that are neither live nor reverted. */
    onTheWay: Schema.Int,
    live: Schema.Int,
    reverted: Schema.Int
  })
)

type Fate = "live" | "reverted"

/** A commit on its way, and whom to tell what became of it. */
interface Waiting {
  readonly commit: Commit
  readonly told: Deferred.Deferred<{ readonly fate: Fate }>
}

type Batch = ReadonlyArray<Waiting>

const commitsOf = (batch: Batch): ReadonlyArray<Commit> => batch.map(({ commit }) => commit)

/** A main line that takes so many commits at once. */
export const line = ({ batchMax }: Practice) =>
  Service.make("line", {
    provides: Line,
    uses: {
      build: Use.make(Build, { timeout: "1 day" }),
      test: Use.make(Test, { timeout: "1 day" }),
      deploy: Use.make(Deploy, { timeout: "1 day" }),
      // However many culprits a batch has: who is on call is not hurried.
      watch: Use.make(Watch, { timeout: "Infinity" })
    },
    handlers: Effect.gen(function* () {
      const build = yield* Build
      const test = yield* Test
      const deploy = yield* Deploy
      const watch = yield* Watch
      const flag = Flag.make()
      const count = { onTheWay: 0, live: 0, reverted: 0 }
      yield* Standing.expose(() => ({ openDefects: flag.open(), ...count }))

      const end = (fate: Fate) => (batch: Batch) => {
        count.onTheWay -= batch.length
        count[fate] += batch.length
        for (const { told } of batch) Deferred.doneUnsafe(told, Effect.succeed({ fate }))
      }

      /** What is left of a batch when a stage has seen it, and every culprit is taken out. */
      const passing = Effect.fnUntraced(function* (stage: Stage, batch: Batch, isRed: boolean) {
        if (!isRed) return batch
        const commits = commitsOf(batch)
        const { culprits } = yield* flag.under(watch.resolve({ stage, commits }))
        const isCulprit = ({ commit }: Waiting) => culprits.includes(commit.id)
        end("reverted")(batch.filter(isCulprit))
        return batch.filter((waiting) => !isCulprit(waiting))
      })

      const scope = yield* Effect.scope
      /** Does the work of a stage for ever, and gives what passes to the next. */
      const runs = <E>(
        work: (batch: Batch) => Effect.Effect<Batch, E>,
        next: (batch: Batch) => void
      ) => {
        const inbox = Inbox.make<Waiting>()
        const once = inbox.take(flag.green, batchMax).pipe(
          // A machine that does not answer is asked again until it does.
          Effect.flatMap((batch) => Effect.retry(work(batch), Schedule.spaced("1 minute"))),
          Effect.map(next)
        )
        return Effect.as(Effect.forkIn(Effect.forever(once), scope), inbox)
      }

      const deployed = (stage: Stage) => (batch: Batch) =>
        Effect.flatMap(deploy.deploy({ stage, commits: commitsOf(batch) }), ({ isRed }) =>
          passing(stage, batch, isRed)
        )
      const tested = (batch: Batch) =>
        Effect.flatMap(test.run({ commits: commitsOf(batch) }), ({ isRed }) =>
          passing("test", batch, isRed)
        )
      const built = (batch: Batch) => Effect.as(build.build({ commits: commitsOf(batch) }), batch)

      const toProduction = yield* runs(deployed("production"), end("live"))
      const toStaging = yield* runs(deployed("staging"), toProduction.put)
      const toTest = yield* runs(tested, toStaging.put)
      const toBuild = yield* runs(built, toTest.put)

      return Line.of({
        commit: ({ commit }) =>
          Effect.suspend(() => {
            const told = Deferred.makeUnsafe<{ readonly fate: Fate }>()
            count.onTheWay++
            toBuild.put([{ commit, told }])
            return Deferred.await(told)
          })
      })
    })
  })
