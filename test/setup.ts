/**
 * Every property test draws from one seed, so that a green suite stays green and a red one can be
 * repeated. `FAST_CHECK_SEED=<integer>` draws from another: worth a night, not worth a flaky CI.
 */
import * as fc from "fast-check"

/** The seed of all property tests when nobody asks for another. */
const seedDefault = 42

const asked = Number(process.env.FAST_CHECK_SEED)
fc.configureGlobal({ seed: Number.isInteger(asked) && asked !== 0 ? asked : seedDefault })
