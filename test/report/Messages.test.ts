import { describe, expect, it } from "vitest"
import { messagesMermaid, messagesText } from "../../src/report/Messages.ts"
import { fromEvents } from "../../src/recording/RecordingReader.ts"
import { story, storyEvents, storyHeader } from "../tui/Story.ts"

describe("the messages of a recording", () => {
  it("are told one a line, with how each ended", () => {
    expect(messagesText(story)).toMatchInlineSnapshot(`
      "7   2.100s  client-1 → gateway  charge o-17         arrives 2.120s #8
      9   2.120s  gateway → payments  charge o-17 key 9f  arrives 2.130s #10
      11  2.140s  payments → ledger   append o-17         arrives 2.141s #12
      14  2.142s  ledger → payments   ack lsn 7           arrives 4.142s #23
      17  3.121s  gateway → payments  charge o-17 key c2  arrives 3.131s #18
      19  3.140s  payments → ledger   append o-17         arrives 3.150s #20
      24  4.200s  ledger → payments   ack lsn 8           still under way"
    `)
  })

  it("are drawn as a diagram of those that led to the failure", () => {
    expect(messagesMermaid(story)).toMatchInlineSnapshot(`
      "sequenceDiagram
        participant n0 as gateway
        participant n1 as payments
        participant n2 as ledger
        participant n3 as client-1
        n3->>n0: charge o-17
        n0->>n1: charge o-17 key 9f
        n1->>n2: append o-17
        n2->>n1: ack lsn 7
        n0->>n1: charge o-17 key c2
        n1->>n2: append o-17"
    `)
  })

  it("cannot write into the diagram", () => {
    const hostile = storyEvents.map((event) => ({
      ...event,
      what: "a; participant evil\n  Note over n0: <b>hi</b> #35;"
    }))
    const text = messagesMermaid(fromEvents(storyHeader, hostile))
    expect(text).not.toMatch(/^ *(?:participant evil|Note)/m)
    expect(text).not.toMatch(/<b>|;.*;.*participant evil$/m)
    expect(text).toContain("#60;b#62;")
  })
})
