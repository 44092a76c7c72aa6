/** Bounded liveness. See Property. */
export { eventually as make } from "./Property.ts"
