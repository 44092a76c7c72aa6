/**
 * Systems: the whole graph of services and fakes, checked.
 *
 * Owns the checks that need more than one service, at compile time where the types are known and
 * at run time always. Judging whether a sound graph is a wise one is Preflight's.
 */
import { Data, Result } from "effect"
import * as Capacity from "./Capacity.ts"
import type * as Contract from "./Contract.ts"
import * as Service from "./Service.ts"

/** One process of the system. */
export interface Node {
  readonly name: string
  readonly role: "service" | "fake"
  readonly service: Service.Any
}

/** A checked system that provides these contracts (a union of their identities). */
export interface System<out Provided = unknown> {
  readonly name: string
  /** Services before fakes, in order of declaration. */
  readonly services: ReadonlyArray<Service.Any>
  /** The nodes of all services in the same order: `name`, or `name-1` to `name-n`. */
  readonly nodes: ReadonlyArray<Node>
  /** By the name of a contract, the names of the nodes that provide it, in order. */
  readonly providers: ReadonlyMap<string, ReadonlyArray<string>>
  /** Exists for the type checker only. */
  readonly "~types": { readonly provided: Provided } | undefined
}

/** A declaration that cannot be flown, with everything that is wrong with it. */
export class InvalidSystem extends Data.TaggedError("InvalidSystem")<{
  readonly system: string
  /** One sentence each, in order of declaration. Never empty. */
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return [
      `system ${quoted(this.system)} cannot be flown:`,
      ...this.problems.map((problem) => `- ${problem}`)
    ].join("\n")
  }
}

/** Refuses, by name, contracts that are used and not provided. */
type Unprovided<Missing> = [Missing] extends [never]
  ? unknown
  : {
      readonly "no service provides": Missing extends Contract.Identity<infer Name> ? Name : Missing
    }

type Declared<Services extends ReadonlyArray<Service.Any>, Provided> = Services & {
  readonly [Index in keyof Services]: Unprovided<Exclude<Service.UsesOf<Services[Index]>, Provided>>
}

type ProvidedBy<Services extends ReadonlyArray<Service.Any>> = Service.ProvidesOf<Services[number]>

/** The parts of a system whose types are known. */
export interface Options<
  Services extends ReadonlyArray<Service.Any>,
  Fakes extends ReadonlyArray<Service.Any>
> {
  readonly services: Declared<Services, ProvidedBy<Services> | ProvidedBy<Fakes>>
  readonly fakes?: Declared<Fakes, ProvidedBy<Services> | ProvidedBy<Fakes>>
}

/** How long a name may be, in characters. */
export const nameLengthMax = 64
/** How many nodes a system may have. */
export const nodesMax = 10_000

/** What names of systems, services and contracts look like. */
const namePattern = /^[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*$/
const clientPattern = /^client-\d+$/

/**
 * Declares a system from services whose types are known.
 *
 * A contract that is used and provided by none does not compile. All else that can be wrong is
 * thrown as one `InvalidSystem`.
 *
 * @example
 * export const checkout = System.make("checkout", {
 *   services: [gateway, Service.replicas(payments, 2), ledger],
 *   fakes: [mail]
 * })
 */
export const make = <
  const Services extends ReadonlyArray<Service.Any>,
  const Fakes extends ReadonlyArray<Service.Any> = readonly []
>(
  name: string,
  options: Options<Services, Fakes>
): System<ProvidedBy<Services> | ProvidedBy<Fakes>> =>
  // The phantom parameter is what the services' own types say they provide.
  Result.getOrThrow(check(name, options)) as System<ProvidedBy<Services> | ProvidedBy<Fakes>>

/** Checks a system made from dynamic data: a system, or the list of all that is wrong. */
export const check = (
  name: string,
  options: {
    readonly services: ReadonlyArray<Service.Any>
    readonly fakes?: ReadonlyArray<Service.Any>
  }
): Result.Result<System, InvalidSystem> => {
  const services = [...options.services, ...(options.fakes ?? [])]
  const nodes = services.flatMap(nodesOf)
  const problems = [
    ...nameProblems("the system", name),
    ...(services.length === 0 ? ["the system has no services"] : []),
    ...services.flatMap(serviceProblems),
    ...nodeProblems(services, nodes),
    ...hostProblems(services, nodes),
    ...contractProblems(services)
  ]
  return problems.length > 0
    ? Result.fail(new InvalidSystem({ system: name, problems }))
    : Result.succeed({ name, services, nodes, providers: providersOf(nodes), "~types": undefined })
}

/** Whether the system can lose replicas for good: a service has a core smaller than all of them. */
export const hasCore = ({ services }: System): boolean =>
  services.some(({ core, replicas }) => core < replicas)

/** Whether a name may be given to a system, a service or a contract; else what is wrong. */
export const nameProblems = (what: string, name: string): ReadonlyArray<string> => {
  if (name === "") return [`the name of ${what} is empty`]
  if (name.length > nameLengthMax) {
    return [`the name ${quoted(name)} has ${name.length} characters; allowed are ${nameLengthMax}`]
  }
  if (namePattern.test(name)) return []
  const allowed = "letters and digits, joined by single . _ or -, beginning with a letter"
  return [`the name ${quoted(name)} is not allowed: use ${allowed}`]
}

/** A name as messages show it: quoted, with control characters escaped. */
const quoted = (name: string): string => JSON.stringify(name)

const isWithin = (value: number, maximum: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= maximum

const hasReplicasWithin = (service: Service.Any): boolean =>
  isWithin(service.replicas, Service.replicasMax)

/** Host names as they stand in a URL, in lower case, without a port. */
const hostPattern = /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/

const nodesOf = (service: Service.Any): ReadonlyArray<Node> => {
  const { name, role } = service
  if (!hasReplicasWithin(service) || service.replicas === 1) return [{ name, role, service }]
  return Array.from({ length: service.replicas }, (_, index) => ({
    name: `${name}-${index + 1}`,
    role,
    service
  }))
}

const providersOf = (nodes: ReadonlyArray<Node>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const providers = new Map<string, Array<string>>()
  for (const node of nodes) {
    const contract = node.service.provides?.contractName
    if (contract === undefined) continue
    const names = providers.get(contract)
    if (names === undefined) providers.set(contract, [node.name])
    else names.push(node.name)
  }
  return providers
}

/** What is wrong with a service taken alone. */
const serviceProblems = (service: Service.Any): ReadonlyArray<string> => {
  const name = quoted(service.name)
  const problems = [...nameProblems(`a ${service.role}`, service.name)]
  if (!hasReplicasWithin(service)) {
    problems.push(
      `${name} has ${service.replicas} replicas; allowed are 1 to ${Service.replicasMax}`
    )
  }
  if (hasReplicasWithin(service) && !isWithin(service.core, service.replicas)) {
    const allowed = `allowed are 1 to ${service.replicas}, all its replicas`
    problems.push(`${name} has a core of ${service.core}; ${allowed}`)
  }
  const { disk } = service
  if (disk !== undefined && !isWithin(disk.capacityBytes, Service.diskBytesMax)) {
    const allowed = `1 to ${Service.diskBytesMax} bytes`
    problems.push(`the disk of ${name} holds ${disk.capacityBytes} bytes; allowed are ${allowed}`)
  }
  for (const problem of Capacity.problems(service.capacity)) {
    problems.push(`the capacity of ${name}: ${problem}`)
  }
  for (const host of service.hosts) {
    if (!hostPattern.test(host)) problems.push(`${quoted(host)} is no host name, see ${name}`)
  }
  const used = new Set<string>()
  for (const { contract, problems: ofPolicy } of service.uses) {
    if (used.has(contract.contractName)) {
      problems.push(`${name} uses ${contract.contractName} twice; one edge has one policy`)
    }
    used.add(contract.contractName)
    for (const problem of ofPolicy) {
      problems.push(`${name} uses ${contract.contractName}: ${problem}`)
    }
  }
  return problems
}

/** What is wrong with the names of services and nodes taken together. */
const nodeProblems = (
  services: ReadonlyArray<Service.Any>,
  nodes: ReadonlyArray<Node>
): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const names = new Set<string>()
  for (const { name } of services) {
    if (names.has(name)) problems.push(`there are two services named ${quoted(name)}`)
    names.add(name)
  }
  if (nodes.length > nodesMax) {
    problems.push(`the system has ${nodes.length} nodes; allowed are ${nodesMax}`)
  }
  const owners = new Map<string, string>()
  for (const { name, service } of nodes) {
    const owner = owners.get(name)
    owners.set(name, service.name)
    if (clientPattern.test(name)) {
      problems.push(`the node ${quoted(name)} is named like a client of the workload`)
    }
    // Equal services were reported above; their nodes need not be again.
    if (owner === undefined || owner === service.name) continue
    problems.push(
      `${quoted(owner)} and ${quoted(service.name)} both have a node named ${quoted(name)}`
    )
  }
  return problems
}

/** Host names are not told apart by case, and each leads to the nodes of one service. */
const hostProblems = (
  services: ReadonlyArray<Service.Any>,
  nodes: ReadonlyArray<Node>
): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const owners = new Map<string, string>()
  const claim = (host: string, service: string): void => {
    const owner = owners.get(host.toLowerCase())
    owners.set(host.toLowerCase(), owner ?? service)
    if (owner === undefined || owner === service) return
    problems.push(`${quoted(owner)} and ${quoted(service)} both have the host ${quoted(host)}`)
  }
  // Two services or nodes of the very same name were reported already.
  for (const name of new Set(services.map(({ name }) => name))) claim(name, name)
  const seen = new Set<string>()
  for (const { name, service } of nodes) {
    if (seen.has(name) || name === service.name) continue
    seen.add(name)
    if (!services.some((other) => other.name === name)) claim(name, service.name)
  }
  for (const { hosts, name } of services) for (const host of hosts) claim(host, name)
  return problems
}

/** What is wrong with who provides and who uses which contract. */
const contractProblems = (services: ReadonlyArray<Service.Any>): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const classes = new Map<string, Contract.Any>()
  const providers = new Map<string, string>()
  const see = (contract: Contract.Any, service: Service.Any): void => {
    const name = contract.contractName
    const seen = classes.get(name)
    if (seen === undefined) {
      classes.set(name, contract)
      problems.push(...nameProblems(`a contract of ${quoted(service.name)}`, name))
    } else if (seen !== contract) {
      problems.push(
        `the contract ${name} of ${quoted(service.name)} is another class than the one of the` +
          ` same name declared before it`
      )
    }
  }
  for (const service of services) {
    if (service.provides === undefined) continue
    see(service.provides, service)
    const name = service.provides.contractName
    const provider = providers.get(name)
    // Traffic split over two implementations is hardly ever meant, and a fake beside the real
    // service never is. Replicas of one service are how one contract gets several nodes.
    if (provider !== undefined && provider !== service.name) {
      problems.push(`${name} is provided by ${quoted(provider)} and by ${quoted(service.name)}`)
    }
    providers.set(name, provider ?? service.name)
  }
  for (const service of services) {
    for (const { contract } of service.uses) {
      see(contract, service)
      if (providers.has(contract.contractName)) continue
      problems.push(
        `${quoted(service.name)} uses ${contract.contractName}, which no service provides`
      )
    }
  }
  return problems
}
