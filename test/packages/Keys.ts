/**
 * Keys and tokens for the tests of `jose`, made once for them alone: signatures by ES256 are
 * random, and so is making a key. Tokens are issued when flights begin; they expire after an hour,
 * and the brief one after a minute.
 */

const joined = (...parts: ReadonlyArray<string>): string => parts.join("")

/** The public key of `rs256`. */
export const rsaKey = {
  kty: "RSA",
  n: joined(
    "plZ4gqkpVODNgGQ_FsZ0TQoi_6URRiM7p3FQVUSNTPqiY5tX3hv3qPrBn99mR5X-Y4FlaZX9QiLSCaAQ2MOxqpIW",
    "R5qwOD-MRPT_jiWP5cFf1e-Wvfer6brUanBg3uSbnM038Tfoyaw-trzhFeuRYO3PqRLKfMzDD5EwjPwNZc1Sixse",
    "PFJbPCXp5DicCz87HPRxVon7Rjw2pVbjZLwbH7hhovAdOjsmjGDfvQRRBUpKz1VBsMmDBoyJIWGomabIcDxDzxDd",
    "Cogs5f0Mjzk6aMU9cjNUpAk9brbbKgnzmclq94Uc8UVja6uIg9vg2ZJINW5ptwxCCcdcGw3sYrCUnQ"
  ),
  e: "AQAB",
  kid: "rsa-1",
  alg: "RS256",
  use: "sig"
}

/** The public key of `es256`. */
export const curveKey = {
  kty: "EC",
  x: "D3mCJvB1obbJFRri3Imvyqb4DtmCRkHfpvdffItnqIM",
  y: "ab5d9zzPOIQlECkQrrfedzUu5MrM2uPOZbah4z_Rodw",
  crv: "P-256",
  kid: "ec-1",
  alg: "ES256",
  use: "sig"
}

/** The public key of `rotated`. */
export const nextKey = {
  kty: "EC",
  x: "k4gmkBsLo7KpJhLu3Z9pgMyHUQfM-dxzFBpXLGSD6yY",
  y: "0hNehF0--BLrNfDRcrVeYRLIYahyQYBgjuSzMLnFAUE",
  crv: "P-256",
  kid: "ec-2",
  alg: "ES256",
  use: "sig"
}

/** The private key of `curveKey`. */
export const privateKey = {
  kty: "EC",
  x: "D3mCJvB1obbJFRri3Imvyqb4DtmCRkHfpvdffItnqIM",
  y: "ab5d9zzPOIQlECkQrrfedzUu5MrM2uPOZbah4z_Rodw",
  crv: "P-256",
  d: "KEBUp-xA-jy6e-sJjwlQnvLJG1WsTEF9Fa-xMTzSsbg"
}

/** Tokens by what signed them. */
export const tokens = {
  rs256: joined(
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIn0.eyJzdWIiOiJyc2EtMSIsImlhdCI6MTg5MzQ1NjAwMCwiZXhw",
    "IjoxODkzNDU5NjAwfQ.YrR-p0mD7TnMpwGUZVkcDrJLNOHbLcBTaWEXY46lkZiWckabfDkA2FSo_8hsrhs6jqp0O",
    "lfiXpzWWBOlf3W6-TW5e3CJIoHRLe5k4djOa1zrRLuNbidG_iLLIa7d3XRbKxibDujlYqXmwq-korDoDJp82U29f",
    "Eo9Hb8ZwDEpzdOsN-tAFCbJHq4aUeCQM6znkg6fgMzr_D9EjxxwPhOSzUQ893sXUtoREyho9JIAJWxRjzE2jBy5-",
    "bRA1jsTtLwEjxw2B2rFsOhzhpomcP2U113y-pdF8SlhcI-S3ODa5jyVs0LlgCpHSZevvcHYCpdeelqiB_EsWMg36",
    "oaQqeqoMg"
  ),
  es256: joined(
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEifQ.eyJzdWIiOiJlYy0xIiwiaWF0IjoxODkzNDU2MDAwLCJleHAiO",
    "jE4OTM0NTk2MDB9.3-rNhqKyfc9lhat7Mip5fZdkUKHHaY-TjjRyy6FpR_U1TbWEZMH8juu4duAJvmnJHhJvrjs8",
    "X5ncjyQT0lG_pg"
  ),
  rotated: joined(
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTIifQ.eyJzdWIiOiJlYy0yIiwiaWF0IjoxODkzNDU2MDAwLCJleHAiO",
    "jE4OTM0NTk2MDB9.EM18z8yC51CFbIdtsY_buBM66T_QUHqIaP7Jk20oUP6QrheEJRcy2appEMptwBHN-tV5SH9c",
    "jDA5Mrr0SDE_mQ"
  ),
  brief: joined(
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEifQ.eyJzdWIiOiJlYy0xIiwiaWF0IjoxODkzNDU2MDAwLCJleHAiO",
    "jE4OTM0NTYwNjB9.O0A63N34Sa5EKKGLCMZQxf58HeUE8oW9neisoggEaVU0IbnFVps7l559XJRnUOFJYMyYhC5b",
    "Uwh8OiHE0G_M9w"
  )
}
