/** Reachability over a batch. See Property. */
export { sometimes as make } from "./Property.ts"
