/**
 * Randomness and slow functions of `crypto` on a node: bytes are drawn from the node's own chance,
 * results that never differ are computed for real, and what draws inside the engine is refused.
 * The promises of `crypto.subtle` are in `VirtualSubtle`.
 */
import nodeCrypto from "node:crypto"
import { onPurpose, refuse, waitFor } from "./Dispatch.ts"
import { type AnyFunction, type Call, method, newable, type Patch } from "./Patches.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Bytes that `getRandomValues` gives at once, by its standard. */
const quotaBytesMax = 65_536

/** Fills bytes with a node's own chance. */
export const fill = <B extends Uint8Array>({ draw }: Surroundings, bytes: B): B => {
  for (let at = 0; at < bytes.length; at += 4) {
    const word = draw()
    for (let part = 0; part < 4 && at + part < bytes.length; part++) {
      bytes[at + part] = word >>> (8 * part)
    }
  }
  return bytes
}

const isFunction = (given: unknown): given is AnyFunction => typeof given === "function"

const bytesOf = (given: unknown): Uint8Array | undefined => {
  if (ArrayBuffer.isView(given)) {
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
  }
  return given instanceof ArrayBuffer || given instanceof SharedArrayBuffer
    ? new Uint8Array(given)
    : undefined
}

/** Calls back when the running task is over. */
const callBack = (around: Surroundings, callback: AnyFunction, ...given: Array<unknown>): void => {
  around.nextTick(() => {
    Reflect.apply(callback, undefined, given)
  })
}

/** A number's own check: the real function is called only to say what is wrong. */
const realThrows = ({ parameters, real, self }: Call): unknown =>
  Reflect.apply(real, self, parameters)

const sizeMax = 2 ** 31 - 1

const randomBytes = (call: Call): unknown => {
  const { around, parameters } = call
  const [size, callback] = parameters
  const isSize = Number.isInteger(size) && Number(size) >= 0 && Number(size) <= sizeMax
  if (!isSize || (callback !== undefined && !isFunction(callback))) return realThrows(call)
  const bytes = fill(around, Buffer.alloc(Number(size)))
  return isFunction(callback) ? callBack(around, callback, null, bytes) : bytes
}

/** The part of a buffer that an offset and a size name, in its elements; `undefined` if outside. */
const partOf = (buffer: unknown, offset: unknown, size: unknown): Uint8Array | undefined => {
  const bytes = bytesOf(buffer)
  if (bytes === undefined) return undefined
  const width: unknown = Reflect.get(Object(buffer), "BYTES_PER_ELEMENT")
  const each = typeof width === "number" ? width : 1
  const from = Number(offset ?? 0) * each
  const until = size === undefined ? bytes.length : from + Number(size) * each
  return from >= 0 && until >= from && until <= bytes.length
    ? bytes.subarray(from, until)
    : undefined
}

const randomFillSync = (call: Call): unknown => {
  const [buffer, offset, size] = call.parameters
  const part = partOf(buffer, offset, size)
  if (part === undefined) return realThrows(call)
  fill(call.around, part)
  return buffer
}

const randomFill = (call: Call): unknown => {
  const callback = call.parameters.at(-1)
  const [buffer, offset, size] = call.parameters.slice(0, -1)
  const part = partOf(buffer, offset, size)
  if (part === undefined || !isFunction(callback)) return realThrows(call)
  fill(call.around, part)
  return callBack(call.around, callback, null, buffer)
}

/** A whole number below a bound, each as likely: above the last full share it is drawn anew. */
const below = ({ draw }: Surroundings, bound: number): number => {
  const range = 2 ** 48
  const limit = range - (range % bound)
  for (;;) {
    const drawn = (draw() >>> 0) * 0x1_0000 + (draw() >>> 16)
    if (drawn < limit) return drawn % bound
  }
}

const randomInt = (call: Call): unknown => {
  const { around, parameters } = call
  const last = parameters.at(-1)
  const callback = isFunction(last) ? last : undefined
  const bounds = callback === undefined ? parameters : parameters.slice(0, -1)
  const [least, most] = bounds.length > 1 && bounds[1] !== undefined ? bounds : [0, bounds[0]]
  const span = Number(most) - Number(least)
  const isRight = Number.isSafeInteger(least) && Number.isSafeInteger(most)
  if (!isRight || span <= 0 || span > 2 ** 48 - 1) return realThrows(call)
  const drawn = Number(least) + below(around, span)
  return callback === undefined ? drawn : callBack(around, callback, null, drawn)
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const grouped = (hex: string): string =>
  [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32]
  ]
    .map(([from, to]) => hex.slice(from, to))
    .join("-")

const randomUUID = ({ around }: Call): string => {
  const bytes = fill(around, new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return grouped(hexOf(bytes))
}

const randomUUIDv7 = ({ around }: Call): string => {
  const bytes = fill(around, new Uint8Array(16))
  const millis = around.wallMillis()
  for (let at = 0; at < 6; at++) bytes[at] = Math.floor(millis / 256 ** (5 - at)) & 0xff
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return grouped(hexOf(bytes))
}

const getRandomValues = (call: Call): unknown => {
  const [array] = call.parameters
  const isInteger =
    ArrayBuffer.isView(array) &&
    !(array instanceof DataView || array instanceof Float32Array || array instanceof Float64Array)
  if (!isInteger || array.byteLength > quotaBytesMax) return realThrows(call)
  const bytes = bytesOf(array)
  if (bytes !== undefined) fill(call.around, bytes)
  return array
}

/**
 * A function with a callback whose result is always the same: the real one, on a thread of the
 * engine, and the flight waits for it. Without a callback it is a plain function.
 */
const waited = ({ around, parameters, real, self }: Call): unknown => {
  const callback = parameters.at(-1)
  if (!isFunction(callback)) return onPurpose(() => Reflect.apply(real, self, parameters))
  let settle: ((given: ReadonlyArray<unknown>) => void) | undefined
  const result = new Promise<ReadonlyArray<unknown>>((resolve) => {
    settle = resolve
  })
  // What is wrong with the parameters it throws here, as ever.
  onPurpose(() =>
    Reflect.apply(real, self, [
      ...parameters.slice(0, -1),
      (...given: Array<unknown>): void => settle?.(given)
    ])
  )
  const work = waitFor(() => result)
  void work.then((given) => callBack(around, callback, ...given))
  return undefined
}

const keyAdvice = "make keys outside the flight"
const signAdvice = "its result is random: sign with RSASSA-PKCS1-v1_5, Ed25519 or HMAC"

const refused =
  (name: string, advice: string) =>
  ({ around }: Call): never => {
    throw refuse(around, `crypto.${name}`, advice)
  }

/** A key of secret bytes can be drawn; `generateKey` hands it to a callback. */
const generateSecret = (call: Call): unknown => {
  const { around, parameters } = call
  const [kind, options, callback] = parameters
  const bits = Number(Reflect.get(Object(options), "length"))
  const isKind = kind === "hmac" ? bits >= 8 : kind === "aes" && [128, 192, 256].includes(bits)
  if (!isKind) return realThrows(call)
  const key = nodeCrypto.createSecretKey(fill(around, Buffer.alloc(Math.floor(bits / 8))))
  return isFunction(callback) ? callBack(around, callback, null, key) : key
}

/** Keys whose signatures are the same each time, but for RSA with the padding that is random. */
const signsTheSame = new Set(["rsa", "ed25519", "ed448"])

const isSameSignature = (given: unknown): boolean => {
  const isKey = given instanceof nodeCrypto.KeyObject
  const inner: unknown =
    !isKey && typeof given === "object" && given !== null ? Reflect.get(given, "key") : undefined
  const padding: unknown = inner === undefined ? undefined : Reflect.get(Object(given), "padding")
  if (padding !== undefined && padding !== nodeCrypto.constants.RSA_PKCS1_PADDING) return false
  try {
    // Whatever else it may be, the function checks it and throws.
    const key = isKey ? given : nodeCrypto.createPrivateKey(given as Buffer)
    return signsTheSame.has(key.asymmetricKeyType ?? "")
  } catch {
    // No key at all: the real function says so.
    return true
  }
}

const sign =
  (at: number, name: string) =>
  (call: Call): unknown => {
    if (!isSameSignature(call.parameters[at])) throw refuse(call.around, name, signAdvice)
    return waited(call)
  }

const random = [
  "generateKeyPair",
  "generateKeyPairSync",
  "generatePrime",
  "generatePrimeSync",
  "createDiffieHellman",
  "createDiffieHellmanGroup",
  "getDiffieHellman",
  "encapsulate"
]
const slow = ["pbkdf2", "scrypt", "hkdf", "verify", "checkPrime", "diffieHellman", "decapsulate"]
/** Over when they return; the engine makes a job for them all the same. */
const atOnce = ["pbkdf2Sync", "scryptSync", "hkdfSync", "checkPrimeSync"]

/** The patches of `node:crypto` and of the global `crypto`, but for `subtle`. */
export const patches = (): ReadonlyArray<Patch> => {
  const webCrypto: object = Object.getPrototypeOf(nodeCrypto.webcrypto)
  const signPrototype = nodeCrypto.Sign.prototype
  return [
    ...["randomBytes", "pseudoRandomBytes", "prng", "rng"].map((key) =>
      method(nodeCrypto, key, randomBytes)
    ),
    method(nodeCrypto, "randomFillSync", randomFillSync),
    method(nodeCrypto, "randomFill", randomFill),
    method(nodeCrypto, "randomInt", randomInt),
    method(nodeCrypto, "randomUUID", randomUUID),
    method(nodeCrypto, "randomUUIDv7", randomUUIDv7),
    method(webCrypto, "randomUUID", randomUUID),
    method(webCrypto, "getRandomValues", getRandomValues),
    method(nodeCrypto, "generateKey", generateSecret),
    method(nodeCrypto, "generateKeySync", generateSecret),
    method(nodeCrypto, "sign", sign(2, "crypto.sign")),
    method(signPrototype, "sign", sign(0, "Sign.sign")),
    method(nodeCrypto, "publicEncrypt", refused("publicEncrypt", "its result is random")),
    newable(nodeCrypto, "ECDH", refused("ECDH", keyAdvice)),
    method(nodeCrypto, "createECDH", refused("createECDH", keyAdvice)),
    ...random.map((key) => method(nodeCrypto, key, refused(key, keyAdvice))),
    ...atOnce.map((key) => method(nodeCrypto, key, waited)),
    ...slow.map((key) => method(nodeCrypto, key, waited))
  ]
}
