/**
 * The delivery pipeline of a team with a given practice: its main line, its machines, its people.
 */
import { System } from "downforce"
import { line } from "./line.ts"
import { owner, watch } from "./people.ts"
import type { Practice } from "./practice.ts"
import { build, deploy, test } from "./stations.ts"

export const pipeline = (practice: Practice) =>
  System.make("delivery-pipeline", {
    services: [
      line(practice),
      build(practice),
      test(practice),
      deploy(practice),
      watch,
      owner(practice)
    ]
  })
