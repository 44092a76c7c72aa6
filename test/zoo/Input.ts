/** Animals that use files, sockets, processes, threads and the machine. */
import * as childProcess from "node:child_process"
import * as dgram from "node:dgram"
import * as dns from "node:dns"
import * as fs from "node:fs"
import * as http from "node:http"
import * as net from "node:net"
import * as os from "node:os"
import * as readline from "node:readline"
import * as stream from "node:stream/promises"
import * as threads from "node:worker_threads"
import * as zlib from "node:zlib"
import { type Animal, animal, called } from "./Animal.ts"

/** Opened before any flight, as a pool of connections would be. */
const openFile = fs.openSync(new URL(import.meta.url), "r")
const openServer = net.createServer()

/** Animals that read and write for real. */
export const input: ReadonlyArray<Animal> = [
  animal("`fs.readFile`", () => called((done) => fs.readFile("/etc/hostname", "utf8", done))),
  animal("`fs.promises.readFile`", () => fs.promises.readFile("/etc/hostname", "utf8")),
  animal("`fs.readFileSync`", () => fs.readFileSync("/etc/hostname", "utf8")),
  animal("`fs.existsSync`", () => fs.existsSync("/etc/hostname")),
  animal("`fs.watch`", () => fs.watch("/tmp").listenerCount("change")),
  animal("`fs.createReadStream`", () => fs.createReadStream("/etc/hostname").readableEnded),
  animal("`fs.read` of a file opened before", () =>
    called((done) =>
      fs.read(openFile, Buffer.alloc(8), 0, 8, 0, (error, read) => done(error, read))
    )
  ),
  animal("`net.connect`", () => net.connect(9).connecting),
  animal("`net.Server.listen` of a server made before", () => openServer.listen(0).listening),
  animal("a socket made with `new net.Socket`", () => new net.Socket().connect(9).connecting),
  animal("`dgram.createSocket`", () => typeof dgram.createSocket("udp4").close()),
  animal("`dns.lookup`", () => called((done) => dns.lookup("localhost", done))),
  animal("`http.get`", () => typeof http.get("http://localhost:9/").destroy()),
  animal("`fetch` of a host the system does not have", () =>
    fetch("http://elsewhere.example/").then(
      ({ status }) => status,
      (error: Error) => `${error.message}: ${String(error.cause)}`
    )
  ),
  animal("`new WebSocket`", () => {
    const Socket: unknown = Reflect.get(globalThis, "WebSocket")
    // Node has had it since release 22; before, the service has no such global to call.
    return typeof Socket === "function" ? Reflect.construct(Socket, ["ws://localhost:9"]) : "none"
  }),
  animal("`readline` of `process.stdin`", () => readline.createInterface(process.stdin).terminal),
  animal("`zlib.gzip`", () =>
    called((done) => zlib.gzip("zebra", done)).then((packed) => (packed as Buffer).length)
  ),
  animal("`zlib.gzipSync`", () => zlib.gzipSync("zebra").length),
  animal("a stream of `zlib`", () => typeof zlib.createGzip().end("zebra")),
  animal("`stream.pipeline` in memory", async () => {
    const parts: Array<string> = []
    await stream.pipeline(["one", "two"], async (source) => {
      for await (const part of source) parts.push(String(part))
    })
    return parts
  }),
  animal("`import()` of a module that is not loaded yet", () => import("./Late.ts"))
]

/** Animals that begin processes and threads. */
export const threadsAndProcesses: ReadonlyArray<Animal> = [
  animal("`new Worker`", () => new threads.Worker("", { eval: true }).threadId),
  animal("`child_process.exec`", () => called((done) => childProcess.exec("true", done))),
  animal("`child_process.spawn`", () => childProcess.spawn("true").pid),
  animal("`child_process.execSync`", () => childProcess.execSync("date", { encoding: "utf8" })),
  animal("`new MessageChannel`", () => {
    const { port1, port2 } = new MessageChannel()
    return called((done) => {
      port1.addEventListener("message", () => done(null, "came"))
      port2.postMessage("zebra")
    })
  }),
  animal("`Atomics.wait`", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)),
  animal("`process.exit`", () => process.exit(3)),
  animal("`process.kill` of itself", () => process.kill(process.pid))
]

/** Animals that ask what machine they are on. */
export const machine: ReadonlyArray<Animal> = [
  animal("`process.env`", () => process.env),
  animal("`process.env.TZ` set by the service", () => {
    process.env["TZ"] = "Asia/Tokyo"
    return new Date(0).getHours()
  }),
  animal("`process.pid`", () => process.pid),
  animal("`process.argv`", () => process.argv),
  animal("`process.cwd()`", () => process.cwd()),
  animal("`process.memoryUsage()`", () => process.memoryUsage()),
  animal("`process.cpuUsage()`", () => process.cpuUsage()),
  animal("`process.report`", () => Object.keys(process.report.getReport()).length),
  animal("`os.hostname()`", () => os.hostname()),
  animal("`os.cpus()`", () => os.cpus().length),
  animal("`os.freemem()`", () => os.freemem()),
  animal("`import.meta.url`", () => import.meta.url.split("/").at(-1)),
  animal("`process.stdout.isTTY`", () => [process.stdout.isTTY, process.stdout.columns]),
  animal("`process.stdout.write` with a callback", () =>
    called((done) => process.stdout.write("\n", () => done(null, "written")))
  ),
  animal("`console.log`", (text) => console.log(text))
]
