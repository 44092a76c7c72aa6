/**
 * Fakes: stand-ins for dependencies that are not part of the system.
 *
 * A fake is declared like a service and flies like one. It is told apart so that a person, a
 * diagram and a recording can tell what is real from what stands in for it.
 */
import type * as Contract from "./Contract.ts"
import * as Service from "./Service.ts"

/** Declares a fake: like `Service.make`, with the role `fake`. */
export const make: typeof Service.make = <
  P extends Contract.Any | undefined = undefined,
  E extends Service.Edges = {},
  H extends Service.HandlersOf<P> = Service.HandlersOf<P>,
  EX = never,
  R = never,
  D extends Partial<Service.Disk> | undefined = undefined
>(
  name: string,
  options: Service.Options<P, E, H, EX, R, D>
) => Service.declare(name, "fake", options)
