import { describe, expect, it } from "vitest"
import { shownWidth } from "../../src/report/Wrap.ts"
import { colored, plain } from "../../src/report/Paint.ts"
import { savedNowhere } from "../../src/report/StressSaved.ts"
import { stressText } from "../../src/report/StressText.ts"
import type { StressResult } from "../../src/stress/StressResult.ts"
import * as Samples from "./StressSamples.ts"

const look = { columns: 80, paint: plain }
const all: ReadonlyArray<StressResult> = [
  Samples.found,
  Samples.hostile,
  Samples.withLatency,
  Samples.envelope,
  ...Object.values(Samples.others)
]
const nameOf = (result: StressResult): string =>
  result.kind === "envelope" ? "envelope" : result.estimate.verdict._tag

/** Commands and paths are copied: they are never broken. */
const isCopied = (line: string): boolean =>
  /^ +(page +|rerun +)?(npx |\.downforce\/|.*<script>)/u.test(line)

// The page of a breaking point is what people quote, in reviews and in the README.
describe("the text of a breaking point", () => {
  it("tells all there is on one page (columns=80)", () => {
    expect(`\n${stressText(Samples.found, Samples.saved, look)}`).toMatchInlineSnapshot(`
      "
       ok    tickets › request rate                          simulations/tickets.ts:41
             breaks at 81.6 requests/s (79.9 to 83.1), carries 76

         limit          holds at 60 requests/s: 27 of 27 probes pass, so 87.2 to 100 %
                        of all would
         ultimate       holds at 90 requests/s: safety holds in all 20 probes
         demonstrated   76 requests/s: 58 of 60 probes pass, so 88.5 to 99.6 % of all
                        would
         breaks at      81.6 requests/s: p99 ≤ 250ms holds no longer; 95 % sure of
                        79.9 to 83.1
         half pass      at 84.5 requests/s (82.9 to 86)
         cliff          16.2 % wide; 95 % of probes pass at 77.9, 5 % at
                        91.6 requests/s
         rupture        no order is lost is violated at 113.9 requests/s
         margin         carries 1.27 times the limit, breaks at 1.36 times the limit
         safety factor  ruptures at 1.9 times the limit; 1.5 times is asked for

         probes that pass, by requests/s
           100 % │█        █         █  ▇ ▄
                 │█        █         █  █ █ █
                 │█        █         █  █ █ █ █
             0 % │█        █         █  █ █ █ █ ▆ ▃_           _                     _
         service levels, by what is allowed: p99 ≤ 250ms (--- allowed)
             90x │                                 ▂           █                     █
              1x │----------------------------▃-▆-██-----------█---------------------█
                 │                      ▃ ▆ █ █ █ ██           █                     █
           0.01x │_        _         █  █ █ █ █ █ ██           █                     █
                 └─────────────────────┬────────────────┬───────────┬─────────┬───────
                                      75               100         125       150
                                           ├┼┤ breaks at 81.6 (79.9 to 83.1)
                                        ^ carries 76
                           ^ limit 60
                                                  ^ ultimate 90
                                                               ^ ruptures at 113.9
         not drawn: 10 to 33.75 requests/s, where 4 of 4 probes pass

         breaks first   cores of desk: 97.3 % of 4 taken; 12.31 waiting, 8.12 more at
                        the end than at first
         behind it      waiting: gateway slots, gateway edge Tickets
         predicted      right: cores of desk
         failed         p99 ≤ 250ms: in 31 probes, from 76 requests/s
                        backlog does not grow: in 12 probes, from 90 requests/s
                        goodput ≥ 99%: in 2 probes, from 113.9 requests/s
                        no order is lost (safety): in 1 probe, from 113.9 requests/s
         retries        gateway → desk: 1.04 calls a request below the edge, 3.31
                        above, 3.18 times
         residual       open holds: 0 before the load, 3 after it
         metastable     stays down after "slow store" at 55 to 70 requests/s, where
                        p99 ≤ 250ms fails; recovers up to 40; at 70 requests/s a cut
                        to 50 % for a while gets it out
                        recovers after "spike" at every load that was tried

         invalid        1 of 171 probes (0.6 %) says nothing, and is not counted
         cost           171 probes, 412,345 requests, 3.4 h simulated,
                        9,876,543 steps, seed 5eed41c7
         since a1b2c3d  broke at 84.1 requests/s (82.2 to 85.9): now 3 % lower, which
                        may be chance
                        carried 78 requests/s: now 2.6 % lower

         just under     76 requests/s: passes, seed 0000002a
                        npx downforce replay 2a00c1d2
         just over      87.9 requests/s: fails by p99 ≤ 250ms, seed 1234abcd
                        npx downforce replay 77aa0b1c
         page           .downforce/reports/tickets-request-rate.html
         rerun          npx downforce fly tickets/request-rate --seed 5eed41c7"
    `)
  })

  it("tells how latencies rise to their bound, where the result has it", () => {
    const lines = stressText(Samples.withLatency, savedNowhere, look).split("\n")
    const from = lines.findIndex((line) => line.includes("latency of requests"))
    expect(`\n${lines.slice(from, from + 8).join("\n")}`).toMatchInlineSnapshot(`
      "
         latency of requests: p99 (--- p99 ≤ 250ms)
           18.4s │                                             █
                 │                                 ▁           █
           250ms │---------▁---------▃--▄-▄-▅-▆-▇-██-----------█----------------------
            14ms │█        █         █  █ █ █ █ █ ██           █                     ?
                 └─────────────────────┬────────────────┬───────────┬─────────┬───────
                                      75               100         125       150
                                           ├┼┤ breaks at 81.6 (79.9 to 83.1)"
    `)
  })

  it("shows no number that was not found (never broke)", () => {
    expect(`\n${stressText(Samples.others.neverBroke, savedNowhere, look)}`).toMatchInlineSnapshot(`
      "
       ok    tickets › request rate                          simulations/tickets.ts:41
             never broke: carries 1000 requests/s, the highest there is

         demonstrated   1000 requests/s: 27 of 27 probes pass, so 87.2 to 100 % of all
                        would
         breaks at      not found: beyond 1000 requests/s, the highest load there is
         rupture        none up to 1000 requests/s, the highest load there is

         probes that pass, by requests/s
           100 % │█                                 █                                █
                 │█                                 █                                █
                 │█                                 █                                █
             0 % │█                                 █                                █
         service levels, by what is allowed: p99 ≤ 250ms (--- allowed)
             10x │
              1x │--------------------------------------------------------------------
                 │
           0.01x │_                                 _                                _
                 └┬───────────────┬─────────────────┬───────────────┬────────────────┬
                  10             30                100             300            1000
                                                                        carries 1000 ^

         invalid        1 of 171 probes (0.6 %) says nothing, and is not counted
         cost           171 probes, 412,345 requests, 3.4 h simulated,
                        9,876,543 steps, seed 5eed41c7

         rerun          npx downforce fly tickets/request-rate --seed 5eed41c7"
    `)
  })

  it("shows no number that was not found (fails at once)", () => {
    expect(`\n${stressText(Samples.others.failsAtOnce, savedNowhere, look)}`)
      .toMatchInlineSnapshot(`
        "
         FAIL  tickets › request rate                          simulations/tickets.ts:41
               fails at the lowest load, 10 requests/s

           demonstrated   no load
           breaks at      not found: below 10 requests/s, the lowest load there is
           rupture        not looked for

           probes that pass, by requests/s
             100 % │
                   │
                   │
               0 % │                                      _
           service levels, by what is allowed: p99 ≤ 250ms (--- allowed)
               10x │
                1x │--------------------------------------------------------------------
                   │
             0.01x │                                      _
                   └────────┬───────────────┬─────────────┬───────────┬───────────┬─────
                            8               9            10          11          12

           breaks first   cores of desk: 97.3 % of 4 taken; 12.31 waiting, 8.12 more at
                          the end than at first
           behind it      waiting: gateway slots, gateway edge Tickets
           failed         p99 ≤ 250ms: in 4 probes, from 10 requests/s

           invalid        1 of 171 probes (0.6 %) says nothing, and is not counted
           cost           171 probes, 412,345 requests, 3.4 h simulated,
                          9,876,543 steps, seed 5eed41c7

           rerun          npx downforce fly tickets/request-rate --seed 5eed41c7"
      `)
  })

  it("says which loads pass when there is no single breaking point", () => {
    expect(`\n${stressText(Samples.others.notMonotone, savedNowhere, look)}`)
      .toMatchInlineSnapshot(`
        "
         ?     tickets › request rate                          simulations/tickets.ts:41
               passes again above loads at which it fails: there is no single breaking
               point

           demonstrated   no load
           breaks at      there is none: see how it does by most probes
           by most probes passes at 10 requests/s, fails at 22.5 to 33.75 requests/s,
                          passes at 50.63 requests/s, fails at 75.94 requests/s
           rupture        not looked for

           probes that pass, by requests/s
             100 % │█                                                     █
                   │█                                                     █
                   │█                                                     █
               0 % │█                          _            ▅             █            _
           service levels, by what is allowed: p99 ≤ 250ms (--- allowed)
               10x │
                1x │--------------------------------------------------------------------
                   │                                                                   ▇
             0.01x │_                          _            _             _            █
                   └┬──────────────────────┬────────────┬────────────────┬───────────┬──
                    10                    20           30               50          70

           invalid        1 of 171 probes (0.6 %) says nothing, and is not counted
           cost           171 probes, 412,345 requests, 3.4 h simulated,
                          9,876,543 steps, seed 5eed41c7

           rerun          npx downforce fly tickets/request-rate --seed 5eed41c7"
      `)
  })

  it("says why it is inconclusive, and what was tried", () => {
    const text = stressText(Samples.others.inconclusive, savedNowhere, look)
    expect(`\n${text.split("\n\n").slice(0, 2).join("\n\n")}`).toMatchInlineSnapshot(`
      "
       ?     tickets › request rate                          simulations/tickets.ts:41
             inconclusive: no load passes 95 of 100 probes for sure

         demonstrated   no load; tried were 76 requests/s (12 of 17 pass),
                        72.2 requests/s (90 of 100 pass)
         breaks at      not known; see half pass
         half pass      at 84.5 requests/s (82.9 to 86)
         cliff          16.2 % wide; 95 % of probes pass at 77.9, 5 % at
                        91.6 requests/s
         rupture        not looked for"
    `)
  })

  it("says that nothing is known when probes say nothing", () => {
    expect(`\n${stressText(Samples.others.invalid, savedNowhere, look)}`).toMatchInlineSnapshot(`
      "
       ?     tickets › request rate                          simulations/tickets.ts:41
             nothing is known: probes at 500 requests/s say nothing (the generator
             began 80 of 1000 requests late: too many were under way)

         demonstrated   no load
         breaks at      not known
         rupture        not looked for

         invalid        3 of 171 probes (1.8 %) say nothing, and are not counted
         cost           171 probes, 412,345 requests, 3.4 h simulated,
                        9,876,543 steps, seed 5eed41c7

         rerun          npx downforce fly tickets/request-rate --seed 5eed41c7"
    `)
  })

  it("says that it was ended before its end", () => {
    expect(stressText(Samples.others.open, savedNowhere, look).split("\n")[1]).toBe(
      "       nothing is known for sure: the search was ended before its end"
    )
  })

  it("warns of a brittle system", () => {
    const middle = { load: 84, interval: { low: 83, high: 85 }, cliff: { low: 83, high: 85 } }
    const estimate = { ...Samples.estimate, middle }
    const text = stressText({ ...Samples.found, estimate }, savedNowhere, look)
    expect(text).toContain("cliff          brittle, 2.4 % wide")
  })

  it("says why it is violated, and who was wrong", () => {
    const text = stressText(
      {
        ...Samples.found,
        verdict: "violated",
        reasons: ["the limit load 90 requests/s is not carried"],
        prediction: { component: "gateway", resource: "slots", isRight: false },
        bottleneck: undefined,
        estimate: {
          ...Samples.estimate,
          limit: { ...Samples.demonstrated(90, 1, 4), answer: "fails" },
          ultimate: { ...Samples.demonstrated(135, 0, 0), answer: "unknown" }
        }
      },
      savedNowhere,
      look
    )
    const wanted = /FAIL|is not carried|^   limit |^   ultimate |breaks first|predicted/u
    const lines = text.split("\n").filter((line) => wanted.test(line))
    expect(`\n${lines.join("\n")}`).toMatchInlineSnapshot(`
      "
       FAIL  tickets › request rate                          simulations/tickets.ts:41
             the limit load 90 requests/s is not carried
         limit          fails at 90 requests/s: 1 of 4 probes pass, so 0.6 to 80.6 %
         ultimate       unknown at 135 requests/s: not probed
         breaks first   nothing that is declared is exhausted
         predicted      wrong: slots of gateway"
    `)
  })
})

describe("the text of an envelope", () => {
  it("has a row for each value, and a map (columns=80)", () => {
    const saved = { ...Samples.saved, change: undefined }
    expect(`\n${stressText(Samples.envelope, saved, look)}`).toMatchInlineSnapshot(`
      "
       ok    tickets › rate by delay                         simulations/tickets.ts:60
             breaks at 81.6 requests/s with 0 ms of delay, at 23.4 requests/s with
             80 ms of delay; found at 4 of 5 values of ms of delay

         ms of delay  limit     carries  breaks at
         0            60 holds  75.9     81.6 (80 to 83.2)
         20                     61.6     66.2 (64.9 to 67.5)
         40                     47.4     51 (50 to 52)
         80                     21.8     23.4 (22.9 to 23.9)
         160                    -        below 10

         probes that pass, requests/s across, ms of delay down
              0 │·····················█·····█······█······█······█··█··█▓|▒▒···░·····░
             20 │·················█······█······█······█·····█··█··█▓|▓▒░··░······░···
             40 │·············█·····█······█······█······█··█··█▓|▒▒···░······░·······
             80 │█·····█······█······█······█··█··█▓|▒▒···░·····░·····················
            160 │·····················░···············································
                └─────────┬───────────┬──────────┬───────────────┬──────────┬─────────
                          5          10         20              50         100
         █ all pass, ▓ half or more, ▒ fewer, ░ none, · not probed, | breaks

         breaks first   cores of desk: with 0, 20, 40, 80 ms of delay
         not found      160 ms of delay: fails at the lowest load, 10 requests/s
         predicted      right: cores of desk

         invalid        1 of 171 probes (0.6 %) says nothing, and is not counted
         cost           171 probes, 412,345 requests, 3.4 h simulated,
                        9,876,543 steps, seed 5eed41c7

         just under     76 requests/s, 0 ms of delay: passes, seed 0000002a
                        npx downforce replay 2a00c1d2
         just over      87.9 requests/s, 0 ms of delay: fails by p99 ≤ 250ms,
                        seed 1234abcd
                        npx downforce replay 77aa0b1c
         page           .downforce/reports/tickets-request-rate.html
         rerun          npx downforce fly tickets/rate-by-delay --seed 5eed41c7 --budget small"
    `)
  })
})

describe("the text of any result", () => {
  it.each(all.map((result) => [nameOf(result), result] as const))(
    "has no line wider than the terminal (%s)",
    (_, result) => {
      for (const columns of [60, 80, 100, 120]) {
        const text = stressText(result, Samples.saved, { columns, paint: colored })
        const wide = text
          .split("\n")
          .filter((line) => shownWidth(line) > columns && !isCopied(line))
        expect(wide).toEqual([])
      }
    }
  )

  it.each(all.map((result) => [nameOf(result), result] as const))(
    "says the same with colours (%s)",
    (_, result) => {
      const styled = stressText(result, Samples.saved, { columns: 80, paint: colored })
      expect(styled).toContain("\u001b[")
      expect(styled.replaceAll(/\u001b\[\d+m/gu, "")).toBe(stressText(result, Samples.saved, look))
    }
  )

  it("obeys nothing in names", () => {
    const text = stressText(Samples.hostile, Samples.saved, look)
    // Line ends are the only control characters there are.
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u)
    expect(text).toContain("␛[31m")
  })
})
