/**
 * A proxy in front of an S3 endpoint that answers as S3 and the network do on a bad day: errors,
 * slowness, connections cut at the worst moment, writes that take effect after the writer has given
 * up. What it does to a request below the raw prefix is decided by a script; all else passes.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../src/local/simulator/random";

/** What befalls a request. */
export type FaultKind =
  /** Answered with this status; S3 never saw it. */
  | "500"
  | "503"
  | "409"
  /** S3 did it, and the answer is an error all the same. */
  | "500-after"
  /** The bytes trickle, there and back. */
  | "slow"
  /** The answer comes late. */
  | "delayed"
  /** The connection is reset, and S3 never saw the request. */
  | "reset-before"
  /** S3 did it, and the connection is reset before the answer. */
  | "reset-after"
  /** The connection breaks in the middle of the body: of the request's, or of the answer's. */
  | "cut"
  /** The connection is reset, and the request reaches S3 a while later. */
  | "late";

export interface Fault {
  kind: FaultKind;
  /** How long it takes; for `slow`, `delayed` and `late`. */
  ms?: number;
}

/** A request below the prefix, as the script sees it. */
export interface ProxiedRequest {
  method: "PUT" | "HEAD" | "GET";
  /** The object's key, with the bucket in front. */
  path: string;
  /** Whether it is about a raw object, not about an origin. */
  isObject: boolean;
}

/** A write that waits at the proxy. */
export interface HeldWrite {
  path: string;
  /** Sends it on (a request), or the answer back (an answer), as if nothing had been. */
  release(): void;
  /** Lets it vanish: a request that S3 never sees, an answer that nobody hears. */
  drop(): void;
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

type HoldPoint = "request" | "answer";
type Holder = { point: HoldPoint; took: (held: HeldWrite) => void };

const codes: Readonly<Record<string, string>> = {
  "409": "ConditionalRequestConflict",
  "500": "InternalError",
  "503": "SlowDown",
};
const slices = 10;

/**
 * Draws faults at random: the share of requests that meet one, of which kinds.
 *
 * @example
 * ```ts
 * proxy.script = randomFaults(new Random(7), 0.2);
 * ```
 */
export function randomFaults(
  random: Random,
  share: number,
  kinds: readonly FaultKind[] = allFaults,
): FaultProxy["script"] {
  return () =>
    random.chance(share) ? { kind: random.pick(kinds), ms: 200 + random.below(2500) } : undefined;
}

export const allFaults: readonly FaultKind[] = [
  ...(["500", "503", "409", "500-after", "slow", "delayed"] as const),
  ...(["reset-before", "reset-after", "cut", "late"] as const),
];

/** Starts a proxy on a free port of the loopback interface. */
export async function startFaultProxy(target: string, prefix: string): Promise<FaultProxy> {
  const proxy = new FaultProxy(new URL(target), prefix);
  await proxy.listen();
  return proxy;
}

export class FaultProxy {
  /** Decides what befalls a request; nothing by default. */
  script: (request: ProxiedRequest) => Fault | undefined = () => undefined;
  /** While set, every connection is closed at once. */
  away = false;
  /** How often each fault was met. */
  readonly met = new Map<FaultKind, number>();
  private holder: Holder | undefined;
  private readonly held = new Set<HeldWrite>();
  private readonly sockets = new Set<Socket>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly server = createServer((incoming, response) => {
    this.take(incoming, response).catch(() => incoming.socket.destroy());
  });

  /** @param prefix - `/<bucket>/<raw prefix>`: what the script is asked about */
  constructor(
    private readonly target: URL,
    private readonly prefix: string,
  ) {}

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    this.server.on("connection", (socket) => {
      if (this.away) socket.resetAndDestroy();
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  /** S3 is gone: all connections break, and none is taken, until `comeBack`. */
  goAway(): void {
    this.away = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  comeBack(): void {
    this.away = false;
  }

  /**
   * Holds the next write of a raw object: the request before S3 sees it, or S3's answer that it was
   * created. Resolves with the write once it is held, or with nothing when the time is up.
   */
  async holdNext(point: HoldPoint, timeoutMs: number): Promise<HeldWrite | undefined> {
    const timeUp = new AbortController();
    try {
      return await Promise.race([
        new Promise<HeldWrite>((took) => (this.holder = { point, took })),
        sleep(timeoutMs, undefined, { signal: timeUp.signal }),
      ]);
    } finally {
      this.holder = undefined;
      timeUp.abort();
    }
  }

  /** Lets go of what is held, waits for what is to come late, and stops. */
  async close(): Promise<void> {
    for (const held of this.held) held.drop();
    await Promise.allSettled(this.pending);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = this.describe(incoming);
    if (request === undefined) return this.pass(incoming, response);
    const { holder } = this;
    if (holder !== undefined && request.isObject && request.method === "PUT") {
      return this.hold(holder, request, incoming, response);
    }
    const fault = this.script(request);
    if (fault === undefined) return this.pass(incoming, response);
    this.met.set(fault.kind, (this.met.get(fault.kind) ?? 0) + 1);
    await this.play(fault, request, incoming, response);
  }

  private async play(
    { kind, ms = 1000 }: Fault,
    { method }: ProxiedRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const socket = incoming.socket;
    const body = await readAll(incoming);
    switch (kind) {
      case "409":
      case "500":
      case "503":
        giveError(response, Number(kind), method);
        return;
      case "500-after":
        await this.forward(incoming, body);
        giveError(response, 500, method);
        return;
      case "slow": {
        const answer = await this.forward(incoming, body, ms / 2);
        return give(response, answer, ms / 2);
      }
      case "delayed": {
        const answer = await this.forward(incoming, body);
        await sleep(ms);
        return give(response, answer);
      }
      case "reset-before":
        socket.resetAndDestroy();
        return;
      case "reset-after":
        await this.forward(incoming, body);
        socket.resetAndDestroy();
        return;
      case "cut":
        if (method === "PUT") await this.forwardHalf(incoming, body);
        else giveHalf(response, await this.forward(incoming, body));
        await sleep(50);
        socket.resetAndDestroy();
        return;
      case "late":
        socket.resetAndDestroy();
        this.later(sleep(ms).then(() => this.forward(incoming, body)));
    }
  }

  private async hold(
    holder: Holder,
    { path }: ProxiedRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (holder.point === "request") this.holder = undefined;
    const body = await readAll(incoming);
    if (holder.point === "request") {
      if (await this.wait(holder, path)) {
        const answer = this.forward(incoming, body);
        this.later(answer);
        await give(response, await answer);
      } else incoming.socket.resetAndDestroy();
      return;
    }
    const answer = await this.forward(incoming, body);
    // An answer is held only where it says that the object was created by this very request.
    if (answer.status === 200 && this.holder === holder) {
      this.holder = undefined;
      if (!(await this.wait(holder, path))) {
        incoming.socket.resetAndDestroy();
        return;
      }
    }
    await give(response, answer);
  }

  /** Resolves once it is decided what becomes of a held write: true to let it go its way. */
  private async wait(holder: Holder, path: string): Promise<boolean> {
    let held: HeldWrite | undefined;
    const decided = await new Promise<boolean>((decide) => {
      held = { path, release: () => decide(true), drop: () => decide(false) };
      this.held.add(held);
      holder.took(held);
    });
    if (held !== undefined) this.held.delete(held);
    return decided;
  }

  private describe({ method, url = "" }: IncomingMessage): ProxiedRequest | undefined {
    const path = decodeURIComponent(url.split("?")[0] ?? "");
    if (method !== "PUT" && method !== "HEAD" && method !== "GET") return undefined;
    if (!path.startsWith(this.prefix)) return undefined;
    return { method, path, isObject: path.startsWith(`${this.prefix}ingest_date=`) };
  }

  private later(work: Promise<unknown>): void {
    const settled = work.catch(() => undefined).finally(() => this.pending.delete(settled));
    this.pending.add(settled);
  }

  private options(incoming: IncomingMessage): Parameters<typeof request>[1] {
    const headers = { ...incoming.headers };
    // This server has told the client to go on already.
    delete headers.expect;
    return {
      method: incoming.method,
      path: incoming.url,
      // The signature is over the proxy's name; the local endpoint does not look at it.
      headers: { ...headers, host: this.target.host, connection: "close" },
      // A connection each: one that is kept could break by itself.
      agent: false,
    };
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(this.target, this.options(incoming), (answer) => {
        response.writeHead(answer.statusCode ?? 502, answerHeaders(answer.headers));
        answer.pipe(response).on("close", resolve);
        answer.on("error", reject);
      });
      outgoing.on("error", reject);
      incoming.on("error", () => outgoing.destroy());
      incoming.pipe(outgoing);
    });
  }

  private async forward(incoming: IncomingMessage, body: Buffer, overMs = 0): Promise<Answer> {
    const outgoing = request(this.target, this.options(incoming));
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on("response", resolve).on("error", reject);
    });
    await trickle(outgoing, body, overMs);
    const answer = await answered;
    return {
      status: answer.statusCode ?? 502,
      headers: answer.headers,
      body: await readAll(answer),
    };
  }

  private async forwardHalf(incoming: IncomingMessage, body: Buffer): Promise<void> {
    const outgoing = request(this.target, this.options(incoming));
    outgoing.on("error", () => undefined);
    await new Promise((resolve) => outgoing.write(body.subarray(0, body.length >> 1), resolve));
    await sleep(20);
    outgoing.destroy();
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Writes a body in slices, over a time. */
async function trickle(
  stream: { write(chunk: Buffer): unknown; end(chunk?: Buffer): unknown },
  body: Buffer,
  overMs: number,
): Promise<void> {
  if (overMs > 0) {
    const size = Math.ceil(body.length / slices);
    for (let slice = 0; slice < slices; slice += 1) {
      await sleep(overMs / slices);
      if (size > 0) stream.write(body.subarray(slice * size, (slice + 1) * size));
    }
    stream.end();
  } else stream.end(body);
}

async function give(response: ServerResponse, answer: Answer, overMs = 0): Promise<void> {
  response.writeHead(answer.status, answerHeaders(answer.headers));
  await trickle(response, answer.body, overMs);
}

function giveHalf(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    ...answerHeaders(answer.headers),
    "content-length": Math.max(1, answer.body.length),
  });
  response.write(answer.body.subarray(0, answer.body.length >> 1));
}

function giveError(response: ServerResponse, status: number, method: string): void {
  const code = codes[String(status)] ?? "InternalError";
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>by the fault proxy</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(method === "HEAD" ? undefined : body);
}

/** Without what is between S3 and this proxy alone. */
function answerHeaders(answered: IncomingMessage["headers"]): IncomingMessage["headers"] {
  const headers = { ...answered };
  for (const name of ["connection", "keep-alive", "transfer-encoding"]) {
    Reflect.deleteProperty(headers, name);
  }
  return headers;
}
