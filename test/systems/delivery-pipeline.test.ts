/**
 * The pipeline: its parts alone, when it turns yellow, and whether docs/PIPELINE.md is still true.
 *
 * `UPDATE_GOLDEN=1 npx vitest run test/systems/delivery-pipeline.test.ts` flies the tables of that
 * page anew, for some minutes. Otherwise a day or a few are flown on either side of each figure.
 */
import { readFileSync, writeFileSync } from "node:fs"
import {
  Always,
  BreakingPoint,
  Fake,
  Operation,
  Sometimes,
  System,
  Turbulence,
  type View,
  WindTunnel,
  Workload
} from "downforce"
import { Effect } from "effect"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { commitRate, dayOf, moreGreenThanYellow } from "../../simulations/delivery-pipeline.ts"
import {
  type Commit,
  Deploy,
  parts,
  type Stage,
  Watch
} from "../../systems/delivery-pipeline/contracts.ts"
import * as Defects from "../../systems/delivery-pipeline/defects.ts"
import { line } from "../../systems/delivery-pipeline/line.ts"
import { owner, watch } from "../../systems/delivery-pipeline/people.ts"
import { type Practice, usual } from "../../systems/delivery-pipeline/practice.ts"
import { build, deploy, test } from "../../systems/delivery-pipeline/stations.ts"
import { answersIn, problemsIn } from "./Component.ts"
import * as Table from "./PipelineTable.ts"
import { outcomes, probe } from "./Probes.ts"

const part = fc.nat(parts - 1)
const commits: fc.Arbitrary<ReadonlyArray<Commit>> = fc.uniqueArray(
  fc.record({ id: fc.nat(), luck: part, depth: part }),
  { maxLength: 12, selector: ({ id }) => id }
)
const stage = fc.constantFrom<Array<Stage>>("test", "staging", "production")
/** So bad that every batch has something. */
const sloppy: Practice = { ...usual, defectProbability: 0.2, interactionProbability: 0.05 }

describe("defects", () => {
  it("stay in a batch that grows: a red beginning is never green again", () => {
    fc.assert(
      fc.property(commits, stage, (batch, stage) => {
        const first = Defects.firstRed(sloppy, stage, batch) ?? batch.length
        const reds = batch.map((_, at) => Defects.isRed(sloppy, stage, batch.slice(0, at + 1)))
        expect(reds).toEqual(batch.map((_, at) => at >= first))
      })
    )
  })

  it("of one commit show at one stage", () => {
    const stages = (depth: number) =>
      (["test", "staging", "production"] as const).filter((stage) =>
        Defects.isRed(usual, stage, [{ id: 1, luck: 0, depth }])
      )
    expect([0, 699_999, 700_000, 899_999, 900_000, 999_999].map(stages)).toEqual([
      ["test"],
      ["test"],
      ["staging"],
      ["staging"],
      ["production"],
      ["production"]
    ])
  })

  it("come up between good commits as often as the practice says", () => {
    const random = fc.sample(fc.noBias(fc.tuple(part, part)), { numRuns: 400, seed: 1 })
    const batch = random.map(([luck, depth], id) => ({ id, luck, depth }))
    const practice: Practice = { ...usual, defectProbability: 0, interactionProbability: 0.01 }
    const pairs = batch.flatMap((one, at) => batch.slice(0, at).map((other) => [other, one]))
    const isRed = (pair: ReadonlyArray<Commit>) =>
      (["test", "staging", "production"] as const).some((stage) =>
        Defects.isRed(practice, stage, pair)
      )
    const share = pairs.filter(isRed).length / pairs.length
    expect(share).toBeGreaterThan(0.009)
    expect(share).toBeLessThan(0.011)
  })
})

/** Takes out of a batch, one after the other, the commit at which it turns red. */
const culpritsOf = (stage: Stage, batch: ReadonlyArray<Commit>): ReadonlyArray<number> => {
  const first = Defects.firstRed(sloppy, stage, batch)
  const culprit = first === undefined ? undefined : batch[first]
  if (culprit === undefined) return []
  const rest = batch.filter((commit) => commit !== culprit)
  return [culprit.id, ...culpritsOf(stage, rest)]
}

describe("who is on call", () => {
  const resolve = Operation.make(Watch, "resolve", fc.record({ stage, commits }))
  const resolved = (view: View) =>
    Operation.entries(resolve, view.history).flatMap(({ outcome, payload }) => {
      const expected = culpritsOf(payload.stage, payload.commits)
      // Nobody is called to a batch that is green.
      return outcome?._tag === "ok" && expected.length > 0
        ? [{ expected, found: outcome.value.culprits }]
        : []
    })
  const alone = WindTunnel.make("the watch alone", {
    system: System.make("delivery-pipeline", {
      services: [watch, test(sloppy), deploy(sloppy), owner(sloppy)]
    }),
    workload: Workload.make({ clients: 2, operations: 6, operation: resolve, timeout: "1 day" }),
    turbulence: Turbulence.swarm({ faults: [] }),
    horizon: "5 days",
    properties: [
      Always.make("every culprit is found, and nothing else is taken out", (view) =>
        resolved(view).every(({ expected, found }) => expected.join() === found.join())
      ),
      Sometimes.make("a batch has several culprits", (view) =>
        resolved(view).some(({ found }) => found.length > 1)
      )
    ]
  })

  it("answers in calm air", () => {
    expect(answersIn(alone)).toEqual({ ok: alone.workload.operations, violation: undefined })
  })
  it("finds the culprits of a batch", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

describe("the line", () => {
  const yellow = async (perHour: number, seed: number): Promise<number> => {
    const { levels } = await probe(commitRate, { x: perHour }, seed)
    return levels.find(({ level }) => level === moreGreenThanYellow.name)?.value ?? Number.NaN
  }

  it("is under yellow for a tenth of the time at the usual rate", async () => {
    const shares = [await yellow(10, 1), await yellow(10, 2), await yellow(10, 3)]
    expect(Math.max(...shares)).toBeLessThan(0.25)
    expect(await outcomes(commitRate, { x: 10 }, [1, 2, 3])).toEqual(["pass", "pass", "pass"])
  })

  it("is under yellow for most of the time at six times that, and its machines idle", async () => {
    const { levels, resources } = await probe(commitRate, { x: 60 }, 1)
    expect(levels[0]?.value).toBeGreaterThan(0.5)
    const machines = resources.filter(({ kind }) => kind === "cores")
    expect(machines.map(({ node }) => node)).toEqual(["build", "test"])
    expect(Math.max(...machines.map(({ utilization }) => utilization))).toBeLessThan(0.5)
  })

  it("has more to do than a night is long for at ten times the usual rate", async () => {
    expect(await outcomes(commitRate, { x: 100 }, [1])).toEqual(["returns to baseline"])
  })

  it("is caught when a defect goes live", async () => {
    const blind = Fake.make("deploy", {
      provides: Deploy,
      handlers: Effect.succeed(
        Deploy.of({ deploy: () => Effect.succeed({ isRed: false }), revert: () => Effect.void })
      )
    })
    const services = [line(usual), build(usual), test(usual), watch, owner(usual)] as const
    const careless = BreakingPoint.make("commit rate", {
      axis: { unit: "commits/hour", min: 10, max: 100 },
      at: (perHour) => ({
        ...dayOf(usual, perHour),
        system: System.make("delivery-pipeline", { services, fakes: [blind] })
      }),
      levels: [moreGreenThanYellow]
    })
    const found = await outcomes(careless, { x: 30 }, [1])
    expect(found).toEqual(["what is live has no defect of its own"])
  })
})

describe("docs/PIPELINE.md", () => {
  const page = new URL("../../docs/PIPELINE.md", import.meta.url)
  const figures = [...Table.rates, ...Table.defects]
  const minutesOfUpdate = 30

  const replaced = (text: string, name: string, table: string) =>
    text.replace(
      new RegExp(`(?<=<!-- ${name} -->\\n\\n)[^]*?(?=\\n\\n<!-- /${name} -->)`, "u"),
      () => table
    )

  beforeAll(async () => {
    if (process.env["UPDATE_GOLDEN"] === undefined) return
    const found: Array<number> = []
    for (const { point } of figures) found.push(await Table.breaksAt(point))
    const [rates, defects] = [found.slice(0, Table.rates.length), found.slice(Table.rates.length)]
    const tables = {
      practice: Table.practiceTable(),
      rates: Table.ratesTable(rates),
      defects: Table.defectsTable(defects)
    }
    let text = readFileSync(page, "utf8")
    for (const [name, table] of Object.entries(tables)) text = replaced(text, name, table)
    writeFileSync(page, text)
  }, minutesOfUpdate * 60_000)

  it("has the usual practice", () => {
    expect(readFileSync(page, "utf8")).toContain(Table.practiceTable())
  })

  it("says of the figures what they say", () => {
    const text = readFileSync(page, "utf8")
    const at = (row: string, column: number) => {
      const figure = figures.find((each) => each.row === row && each.column === column)
      return figure === undefined ? Number.NaN : Table.quoted(text, figure)
    }
    const usually = 1_000 * usual.defectProbability
    expect(at("answers after four hours", 1)).toBeLessThan(10)
    expect(at("1 minute", 1)).toBeGreaterThan(usually)
    expect(usually / at("1 minute", 2)).toBeGreaterThan(1.5)
    expect(usually / at("1 minute", 2)).toBeLessThan(2)
    expect(usually / at("1 minute", 3)).toBeGreaterThan(10)
  })

  it.each(figures.map((figure) => [figure.row, figure.column, figure] as const))(
    "is right about where it breaks (%s, column %i)",
    async (_row, _column, figure) => {
      const at = Table.quoted(readFileSync(page, "utf8"), figure)
      // A day of few commits, or of few defects, says little.
      const few = figure.point.axis.unit === "commits/hour" ? 20 : 1
      const days = at < few ? 4 : 1
      expect(await Table.yellowAt(figure.point, at / 1.6, days)).toBeLessThan(0.5)
      expect(await Table.yellowAt(figure.point, at * 1.6, days)).toBeGreaterThan(0.5)
    }
  )
})
