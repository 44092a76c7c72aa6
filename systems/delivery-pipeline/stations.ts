/** The machines of the pipeline: they build, try out, deploy and revert. */
import { Service, Work } from "downforce"
import { Duration, Effect } from "effect"
import { Build, Deploy, Test } from "./contracts.ts"
import * as Defects from "./defects.ts"
import type { Practice } from "./practice.ts"

/** One machine that builds. */
export const build = ({ buildMinutes }: Practice) =>
  Service.make("build", {
    provides: Build,
    capacity: { cores: 1 },
    handlers: Effect.succeed(Build.of({ build: () => Work.spend(Duration.minutes(buildMinutes)) }))
  })

/** Four machines that try builds out: the stage has one, and the search for culprits the others. */
export const test = (practice: Practice) =>
  Service.make("test", {
    provides: Test,
    capacity: { cores: 4 },
    handlers: Effect.succeed(
      Test.of({
        run: ({ commits }) =>
          Effect.as(Work.spend(Duration.minutes(practice.testMinutes)), {
            isRed: Defects.isRed(practice, "test", commits)
          }),
        reproduce: ({ commits, stage }) =>
          Effect.as(Work.spend(Duration.minutes(practice.isolationMinutes)), {
            isRed: Defects.isRed(practice, stage, commits)
          })
      })
    )
  })

/** Staging and production. Most of the time is waiting to see whether all is well. */
export const deploy = (practice: Practice) =>
  Service.make("deploy", {
    provides: Deploy,
    handlers: Effect.succeed(
      Deploy.of({
        deploy: ({ commits, stage }) => {
          const { productionMinutes, stagingMinutes } = practice
          const minutes = stage === "production" ? productionMinutes : stagingMinutes
          return Effect.as(Effect.sleep(Duration.minutes(minutes)), {
            isRed: Defects.isRed(practice, stage, commits)
          })
        },
        revert: () => Effect.sleep(Duration.minutes(practice.revertMinutes))
      })
    )
  })
