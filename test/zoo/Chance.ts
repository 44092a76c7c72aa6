/** Animals that draw random numbers and use keys. */
import * as nodeCrypto from "node:crypto"
import { type Animal, animal, called } from "./Animal.ts"

const { subtle } = crypto
const bytes = new TextEncoder().encode("zebra")
const secret = nodeCrypto.createSecretKey(Buffer.from("a secret of thirty-two bytes, so"))
const hmac = { name: "HMAC", hash: "SHA-256" }
const curve = { name: "ECDSA", namedCurve: "P-256" }
const hexOf = (buffer: ArrayBuffer): string => Buffer.from(buffer).toString("hex")
/** A private key on the curve P-256, made for this test alone. */
const privateKey: nodeCrypto.JsonWebKey = {
  kty: "EC",
  x: "TwYncMLXbYor18dGpWrRCenO9YdI0vbVqG8Qqu4Qzo0",
  y: "Dx6GtPptqA-kmMBKiAUB2o90f5XjGbokGNtPuvarmVU",
  crv: "P-256",
  d: "8AYfIvaOkhXLTgvFxs76OmQuFyTWFh2rEpLmrFqVDxM"
}

const publicKey = nodeCrypto.createPublicKey({
  format: "der",
  type: "spki",
  key: Buffer.from(
    [
      "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDVH97i5I56mCkrVNjr/R8hTri8MwMsQ6SbCfMqHdVrUvApJm15I9",
      "6tz2jbJWD34FJxpi8PRf0oQssgKQq0D9rONxKDu46PZigu7GDD5MMhnCCOZMgFYGiINx8LRfEOYOr6xI4SowstzrcJ",
      "u2Bg6SBmMtm5Z/aXMyNu7cIIBUp2JwIDAQAB"
    ].join(""),
    "base64"
  )
})

/** Animals that draw. */
export const chance: ReadonlyArray<Animal> = [
  animal("`Math.random()`", () => Math.random()),
  animal("a sort with a random comparator", () =>
    [1, 2, 3, 4, 5, 6, 7, 8].sort(() => Math.random() - 0.5)
  ),
  animal("`crypto.randomUUID()`", () => crypto.randomUUID()),
  animal("`crypto.getRandomValues`", () => [...crypto.getRandomValues(new Uint8Array(8))]),
  animal("`crypto.randomBytes`", () => nodeCrypto.randomBytes(8).toString("hex")),
  animal("`crypto.randomBytes` with a callback", () =>
    called((done) => nodeCrypto.randomBytes(8, done))
  ),
  animal("`crypto.randomFill`", () =>
    called((done) => nodeCrypto.randomFill(new Uint8Array(8), done)).then(String)
  ),
  animal("`crypto.randomInt`", () => nodeCrypto.randomInt(1000)),
  animal("`crypto.generateKeyPair`", () =>
    called((done) => nodeCrypto.generateKeyPair("ed25519", undefined, (error) => done(error)))
  ),
  animal("`crypto.generateKeySync`", () =>
    nodeCrypto.generateKeySync("hmac", { length: 64 }).export().toString("hex")
  ),
  animal("`crypto.pbkdf2`", () =>
    called((done) => nodeCrypto.pbkdf2("zebra", "salt", 10, 8, "sha256", done))
  ),
  animal("`crypto.scrypt` twice at once", () =>
    Promise.all(
      ["one", "two"].map((salt) =>
        called((done) => nodeCrypto.scrypt("zebra", salt, 8, { cost: 256 }, done))
      )
    )
  ),
  animal("`crypto.createHash`", () =>
    nodeCrypto.createHash("sha256").update("zebra").digest("hex")
  ),
  animal("`crypto.createHmac`", () =>
    nodeCrypto.createHmac("sha256", secret).update("zebra").digest("hex")
  ),
  animal("`crypto.createECDH`", () => nodeCrypto.createECDH("secp256k1").generateKeys("hex")),
  animal("`crypto.publicEncrypt`", () =>
    nodeCrypto.publicEncrypt(publicKey, Buffer.from(bytes)).toString("hex")
  ),
  animal("`subtle.digest`", async () => hexOf(await subtle.digest("SHA-256", bytes))),
  animal("`subtle.sign` with HMAC", async () => {
    const key = await subtle.importKey("raw", bytes, hmac, false, ["sign"])
    return hexOf(await subtle.sign("HMAC", key, bytes))
  }),
  animal("`subtle.sign` with ECDSA", async () => {
    const key = await subtle.importKey("jwk", privateKey, curve, false, ["sign"])
    return hexOf(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytes))
  }),
  animal("`subtle.generateKey` for ECDSA", async () => {
    const pair = await subtle.generateKey(curve, true, ["sign", "verify"])
    return (await subtle.exportKey("jwk", pair.publicKey)).x
  })
]
