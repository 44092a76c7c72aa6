/**
 * `crypto.subtle` on a node. A thread of the engine works and the flight waits for it, where the
 * result is always the same; secret keys are drawn; what the engine draws itself is refused.
 */
import nodeCrypto from "node:crypto"
import { refuse, waitFor } from "./Dispatch.ts"
import { type Call, method, type Patch } from "./Patches.ts"
import { fill } from "./VirtualCrypto.ts"

const nameOf = (algorithm: unknown): string => {
  const name: unknown =
    typeof algorithm === "string" ? algorithm : Reflect.get(Object(algorithm), "name")
  return String(name).toUpperCase()
}

const deterministicSigns = new Set(["RSASSA-PKCS1-V1_5", "HMAC", "ED25519", "ED448"])
const randomEncrypts = new Set(["RSA-OAEP"])

const waited = ({ parameters, real, self }: Call): Promise<unknown> =>
  // Every method of `subtle` gives a promise.
  waitFor(() => Reflect.apply(real, self, parameters) as Promise<unknown>)

const rejected = (call: Call, name: string, advice: string): Promise<never> =>
  Promise.reject(refuse(call.around, `crypto.subtle.${name}`, advice))

const sign = (call: Call): Promise<unknown> =>
  deterministicSigns.has(nameOf(call.parameters[0]))
    ? waited(call)
    : rejected(call, "sign", "its result is random: sign with RSASSA-PKCS1-v1_5, Ed25519 or HMAC")

const encryptAt =
  (at: number, name: string) =>
  (call: Call): Promise<unknown> =>
    randomEncrypts.has(nameOf(call.parameters[at]))
      ? rejected(call, name, "its result is random: use AES with a nonce of your own")
      : waited(call)

const blockBits: Readonly<Record<string, number>> = {
  "SHA-1": 512,
  "SHA-256": 512,
  "SHA-384": 1024,
  "SHA-512": 1024
}

/** The bits of a secret key that can be drawn; `undefined` for all other algorithms. */
const secretBits = (algorithm: unknown): number | undefined => {
  const name = nameOf(algorithm)
  const length: unknown = Reflect.get(Object(algorithm), "length")
  if (name.startsWith("AES-")) return typeof length === "number" ? length : undefined
  if (name !== "HMAC") return undefined
  if (typeof length === "number") return length
  const hash: unknown = Reflect.get(Object(algorithm), "hash")
  return blockBits[nameOf(hash)]
}

const generateKey = (call: Call): Promise<unknown> => {
  const [algorithm, isExtractable, usages] = call.parameters
  const bits = secretBits(algorithm)
  if (bits === undefined || bits <= 0 || bits % 8 !== 0) {
    return rejected(call, "generateKey", "make keys outside the flight")
  }
  const bytes = fill(call.around, new Uint8Array(bits / 8))
  const importKey: unknown = Reflect.get(Object(call.self), "importKey")
  return waitFor(() =>
    // `self` is a SubtleCrypto, which has this method; it checks the rest.
    Reflect.apply(importKey as Function, call.self, [
      "raw",
      bytes,
      algorithm,
      isExtractable,
      usages
    ])
  )
}

const sameEachTime = [
  "decrypt",
  "deriveBits",
  "deriveKey",
  "digest",
  "exportKey",
  "getPublicKey",
  "importKey",
  "unwrapKey",
  "verify"
]

/** The patches of `crypto.subtle`. */
export const patches = (): ReadonlyArray<Patch> => {
  const subtle: object = Object.getPrototypeOf(nodeCrypto.webcrypto.subtle)
  return [
    ...sameEachTime.map((key) => method(subtle, key, waited)),
    method(subtle, "sign", sign),
    method(subtle, "encrypt", encryptAt(0, "encrypt")),
    method(subtle, "wrapKey", encryptAt(3, "wrapKey")),
    method(subtle, "generateKey", generateKey),
    ...["encapsulateBits", "encapsulateKey"].map((key) =>
      method(subtle, key, (call) => rejected(call, key, "its result is random"))
    )
  ]
}
