/** The provider of the `loopback` row: a plain server that answers every request at once with a document. */
import { createServer } from "node:http"
import * as Child from "../Child.ts"
import * as Documents from "../Documents.ts"

const answers = {
  "GET /ecca": Documents.got,
  "POST /ecca": Documents.created,
  "GET /v1": Documents.paymentIntent,
  "POST /v1": Documents.paymentIntent
}

const answerTo = (method = "", url = ""): Uint8Array | undefined =>
  Object.entries(answers).find(([start]) => `${method} ${url}`.startsWith(start))?.[1]

const server = createServer((request, response) => {
  const document = answerTo(request.method, request.url)
  request.resume().on("end", () => {
    response.setHeader("content-type", "application/json")
    response.statusCode = document === undefined ? 404 : 200
    // not by `writeHead`, after which the length would not be told
    response.end(document)
  })
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  Child.say(typeof address === "object" ? String(address?.port) : "")
})

Child.answer(() => Promise.resolve(""))
