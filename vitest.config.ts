/**
 * How the tests run: against the source, in the order of the files, on at most two cores.
 */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { fillIn } from "./test/Node20.ts"

fillIn()

const all = ["test/**/*.test.{ts,tsx}"]
const pure = ["test/{property,recording,report,stress,system,turbulence}/*.test.ts"]

export default defineConfig({
  resolve: {
    // `systems/` and `simulations/` import the package by name, as users do: give them the source.
    alias: [
      { find: /^downforce$/, replacement: fileURLToPath(new URL("src/index.ts", import.meta.url)) }
    ]
  },
  test: {
    projects: [
      // Files of pure code share what they have loaded: Effect alone takes each half a second.
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      { extends: true, test: { name: "flying", include: all, exclude: pure } }
    ],
    setupFiles: ["./test/setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
