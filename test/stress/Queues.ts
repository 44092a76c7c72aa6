/**
 * Queues whose limits are known, and flying them without a simulator: a few lines of recursion for
 * each, a few milliseconds for thousands of requests.
 *
 * A queue starts empty; requests of the warm-up are not measured. Times are in seconds, loads in
 * requests a second. Every draw is keyed by (seed, number of the draw).
 */
import type * as Probe from "../../src/stress/Probe.ts"
import * as Seed from "../../src/turbulence/Seed.ts"

/** How long each request took, from its arrival to its end; infinite when it was turned away. */
export type Queue = (load: number, seed: number, requests: number) => Float64Array

/** Exponential draws with mean 1. */
const exponentials = (seed: number): (() => number) => {
  // Found once, and not among the exports of its module for each draw.
  const { mix } = Seed
  let drawn = 0
  return () => -Math.log(((mix(seed, drawn++) >>> 0) + 0.5) / 2 ** 32)
}

/** A plain loop: `Float64Array.from` with a function takes several times as long. */
const collected = (count: number, next: () => number): Float64Array => {
  const values = new Float64Array(count)
  for (let index = 0; index < count; index++) values[index] = next()
  return values
}

/** One server and one line, by Lindley's recursion; the service is drawn, or always the same. */
const single =
  (service: number, kind: "drawn" | "same"): Queue =>
  (load, seed, requests) => {
    const draw = exponentials(seed)
    let wait = 0
    return collected(requests, () => {
      wait = Math.max(0, wait - draw() / load)
      wait += kind === "drawn" ? draw() * service : service
      return wait
    })
  }

/** M/M/1 with a rate of service. */
export const markov = (rate: number): Queue => single(1 / rate, "drawn")

/** M/D/1 with a rate of service. */
export const regular = (rate: number): Queue => single(1 / rate, "same")

/** M/M/c: one line for several servers, each with this rate. */
export const several =
  (rate: number, servers: number): Queue =>
  (load, seed, requests) => {
    const draw = exponentials(seed)
    const freeAt = new Float64Array(servers)
    let now = 0
    return collected(requests, () => {
      now += draw() / load
      let first = 0
      for (let server = 1; server < servers; server++) {
        if ((freeAt[server] ?? 0) < (freeAt[first] ?? 0)) first = server
      }
      const end = Math.max(now, freeAt[first] ?? 0) + draw() / rate
      freeAt[first] = end
      return end - now
    })
  }

/** Two M/M/1 one after the other, each with this rate. */
export const tandem =
  (rate: number): Queue =>
  (load, seed, requests) => {
    const draw = exponentials(seed)
    let [now, first, second] = [0, 0, 0]
    return collected(requests, () => {
      now += draw() / load
      first = Math.max(now, first) + draw() / rate
      second = Math.max(first, second) + draw() / rate
      return second - now
    })
  }

/** M/M/1/K: who finds `places` others, the one that is served among them, is turned away. */
export const bounded =
  (rate: number, places: number): Queue =>
  (load, seed, requests) => {
    const draw = exponentials(seed)
    const ends: Array<number> = []
    let [now, served, end] = [0, 0, 0]
    return collected(requests, () => {
      now += draw() / load
      while (served < ends.length && (ends[served] ?? 0) <= now) served++
      if (ends.length - served >= places) return Infinity
      end = Math.max(now, end) + draw() / rate
      ends.push(end)
      return end - now
    })
  }

/** A service level: this share of requests may take longer than a bound, or be turned away. */
export interface Level {
  readonly name: string
  readonly bound: number
  readonly allowed: number
}

/** A queue that is probed: how many requests, after a warm-up, and by which levels. */
export interface Probed {
  readonly queue: Queue
  readonly levels: ReadonlyArray<Level>
  readonly warmUp: number
  readonly requests: number
}

/** What a probe comes to. */
export const fly = (
  { levels, queue, requests, warmUp }: Probed,
  seed: number,
  { load, repetition }: Pick<Probe.Ask, "load" | "repetition">
): Probe.Outcome => {
  const key = Seed.mix(Seed.mix(seed, Seed.hashText(`${load}`)), repetition)
  const times = queue(load, key, warmUp + requests).subarray(warmUp)
  const readings = levels.map(({ allowed, bound, name }) => {
    // What was turned away is slower than any bound.
    const finite = Math.min(bound, Number.MAX_VALUE)
    const slower = times.reduce((count, time) => count + (time > finite ? 1 : 0), 0)
    return { level: name, value: slower / requests, allowed }
  })
  const broken = readings.filter(({ allowed, value }) => value > allowed)
  return broken.length === 0
    ? { _tag: "pass", readings }
    : {
        _tag: "fail",
        readings,
        criteria: broken.map(({ level }) => ({ name: level, isSafety: false }))
      }
}

/** The load between two bounds at which a share that grows with the load is what is allowed. */
const loadOf = (share: (load: number) => number, allowed: number, bound: number): number => {
  let [low, high] = [0, bound]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (share(middle) > allowed) high = middle
    else low = middle
  }
  return (low + high) / 2
}

/** The limit of an M/M/1: the time in it is exponential with rate μ − λ. */
export const limitOfMarkov = (rate: number, { allowed, bound }: Level): number =>
  rate + Math.log(allowed) / bound

/** The limit of two equal M/M/1 in a row: both times are independent (Reich 1957). */
export const limitOfTandem = (rate: number, { allowed, bound }: Level): number =>
  loadOf((load) => (1 + (rate - load) * bound) * Math.exp(-(rate - load) * bound), allowed, rate)

/** The limit of an M/M/c, by Erlang's C and the tail of wait and service. */
export const limitOfSeveral = (rate: number, servers: number, { allowed, bound }: Level): number =>
  loadOf(
    (load) => {
      const offered = load / rate
      let blocked = 1
      for (let server = 1; server <= servers; server++) {
        blocked = (offered * blocked) / (server + offered * blocked)
      }
      const waits = blocked / (1 - (offered / servers) * (1 - blocked))
      const spare = servers * rate - load
      const [slow, fast] = [Math.exp(-rate * bound), Math.exp(-spare * bound)]
      return (1 - waits) * slow + (waits * (spare * slow - rate * fast)) / (spare - rate)
    },
    allowed,
    servers * rate
  )

/**
 * The limit of an M/D/1 (Franx 2001), for a bound that is a whole number of services: of those that
 * arrive during one service, none may find more than there is time for.
 */
export const limitOfRegular = (rate: number, { allowed, bound }: Level): number => {
  const services = Math.round(bound * rate)
  return loadOf(
    (load) => {
      const offered = load / rate
      const arrive: Array<number> = [Math.exp(-offered)]
      for (let count = 1; count <= services + 1; count++) {
        arrive.push(((arrive[count - 1] ?? 0) * offered) / count)
      }
      // How many are in the system: the chain seen by those who leave.
      const inside: Array<number> = [1 - offered]
      for (let count = 0; count < services; count++) {
        let rest = (inside[count] ?? 0) - (inside[0] ?? 0) * (arrive[count] ?? 0)
        for (let from = 1; from <= count; from++) {
          rest -= (inside[from] ?? 0) * (arrive[count - from + 1] ?? 0)
        }
        inside.push(rest / (arrive[0] ?? 1))
      }
      let inTime = 0
      let upTo = inside[0] ?? 0
      for (let count = 1; count <= services; count++) {
        upTo += inside[count] ?? 0
        inTime += upTo * (arrive[services - count] ?? 0)
      }
      return 1 - inTime
    },
    allowed,
    rate
  )
}

/** The load at which an M/M/1/K turns away what is allowed. */
export const limitOfBounded = (rate: number, places: number, { allowed }: Level): number =>
  loadOf(
    (load) => {
      const offered = load / rate
      let sum = 0
      for (let count = 0; count <= places; count++) sum += offered ** (count - places)
      return 1 / sum
    },
    allowed,
    10 * rate
  )
