/** Invariants. See Property. */
export { always as make } from "./Property.ts"
