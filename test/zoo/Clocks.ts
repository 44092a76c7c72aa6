/** Animals that read clocks, zones and languages. */
import { type Animal, animal } from "./Animal.ts"

class Birthday extends Date {
  age(): number {
    return Date.now() - this.getTime()
  }
}

/** Animals that ask what time it is. */
export const clocks: ReadonlyArray<Animal> = [
  animal("`Date.now()`", () => Date.now()),
  animal("`new Date()`", () => new Date().toISOString()),
  animal("`Date()`", () => Date()),
  animal(
    "local getters of `Date`",
    () => new Date(2024, 6, 1, 12).getTime() + new Date().getHours()
  ),
  animal("`toLocaleString` of a date", () => new Date(0).toLocaleString()),
  animal("`toString` of a date", () => String(new Date(0))),
  animal("`getTimezoneOffset`", () => new Date(0).getTimezoneOffset()),
  animal("a date parsed without a zone", () => Date.parse("2024-07-01T12:00:00")),
  animal("a subclass of `Date`", () => new Birthday(0).age() + new Birthday().age()),
  animal("`performance.now()`", () => performance.now()),
  animal("`performance.timeOrigin`", () => performance.timeOrigin),
  animal("`performance.mark`", () => performance.mark("here").startTime),
  animal("`process.hrtime()`", () => process.hrtime()),
  animal("`process.hrtime.bigint()`", () => String(process.hrtime.bigint())),
  animal("`process.uptime()`", () => process.uptime()),
  animal("`timeStamp` of an event", () => new Event("here").timeStamp),
  animal("waits for `Date.now` in a loop", () => {
    const until = Date.now() + 10
    while (Date.now() < until);
    return "waited"
  }),
  animal("waits for `performance.now` in a loop", () => {
    const until = performance.now() + 10
    while (performance.now() < until);
    return "waited"
  })
]

/** Animals that ask where on earth they are. */
export const languages: ReadonlyArray<Animal> = [
  animal("zone of `Intl.DateTimeFormat`", () => Intl.DateTimeFormat().resolvedOptions().timeZone),
  animal("language of `Intl.NumberFormat`", () => new Intl.NumberFormat().format(1234.5)),
  animal("`Intl.DateTimeFormat().format()`", () => new Intl.DateTimeFormat().format()),
  animal("`toLocaleString` of a number", () => (1234.5).toLocaleString()),
  animal("`localeCompare`", () => ["z", "ä", "a"].sort((one, two) => one.localeCompare(two))),
  animal("`Intl.Collator`", () => ["z", "ä", "a"].sort(new Intl.Collator().compare)),
  animal("`toLocaleUpperCase`", () => "i".toLocaleUpperCase()),
  animal("`toLocaleString` of an array", () => [1234.5, new Date(0)].toLocaleString())
]
