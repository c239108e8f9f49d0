import { type Effects, throwIfAborted } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import { judgeArchiveAnswer } from "./archive-answer";
import { hourFileName } from "./archive-hour";
import type { ArchivePlace } from "./archive-place";
import { findNetworkCode } from "./network-code";

/** So long without a byte means that none will come. */
const stallMs = 60_000;
/** Network errors that mean: there is nothing at this address. */
const noSuchPlace = new Set(["ECONNREFUSED", "ENOTFOUND", "ERR_INVALID_URL"]);

/**
 * Hour files at an http(s) address. One request at a time, each given up after a minute without a
 * byte.
 *
 * @see https://www.gharchive.org
 */
export function archiveSite(base: URL): ArchivePlace {
  const folder = base.pathname.replace(/\/+$/, "");
  const address = `${base.origin}${folder}`;
  let answered = false;
  return {
    address,
    remote: true,
    check: () => Promise.resolve(),
    async open(hour, effects) {
      const url = new URL(base);
      url.pathname = `${folder}/${hourFileName(hour)}`;
      const exchange = new Exchange(effects);
      try {
        const response = await exchange.wait(
          fetch(url, {
            signal: exchange.signal,
            headers: {
              "user-agent": "github-events-workbench",
              // The file as it lies there: its length is then that of Content-Length.
              "accept-encoding": "identity",
            },
          }),
        );
        answered = true;
        if (!judgeArchiveAnswer(response, address, effects.now())) {
          exchange.close();
          return undefined;
        }
        const length = Number(response.headers.get("content-length") ?? Number.NaN);
        return {
          bytes: exchange.read(response.body),
          close: () => exchange.close(),
          totalBytes: Number.isFinite(length) ? length : undefined,
          version:
            response.headers.get("etag") ?? response.headers.get("last-modified") ?? undefined,
        };
      } catch (error) {
        exchange.close();
        throw connectionError(error, address, answered, effects);
      }
    },
  };
}

/** One request with its body; every wait in it ends when nothing comes, or at Ctrl-C. */
class Exchange {
  private readonly controller = new AbortController();
  readonly signal: AbortSignal;

  constructor(private readonly effects: Effects) {
    const { signal } = this.controller;
    this.signal = effects.signal === undefined ? signal : AbortSignal.any([effects.signal, signal]);
  }

  /** Waits for the next thing to come. */
  async wait<T>(next: Promise<T>): Promise<T> {
    const came = new AbortController();
    const stalled = this.effects.sleep(stallMs, came.signal).then(
      () => {
        throw new WorkbenchError("GITHUB", `no byte for ${stallMs / 1000} s`, { retryable: true });
      },
      () => next,
    );
    try {
      return await Promise.race([next, stalled]);
    } finally {
      came.abort();
    }
  }

  async *read(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
    if (body === null) return;
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await this.wait(reader.read());
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw connectionError(error, "", true, this.effects);
    } finally {
      this.close();
    }
  }

  close(): void {
    this.controller.abort();
  }
}

function connectionError(
  error: unknown,
  address: string,
  answered: boolean,
  { signal }: Effects,
): WorkbenchError {
  throwIfAborted(signal);
  if (error instanceof WorkbenchError) return error;
  const code = findNetworkCode(error);
  if (!answered && noSuchPlace.has(code ?? "")) {
    return new WorkbenchError("GITHUB", `cannot reach ${address}: ${code ?? ""}`, {
      hint: "check the network and GHARCHIVE_URL",
      cause: error,
    });
  }
  return new WorkbenchError("GITHUB", `the connection failed: ${code ?? describeError(error)}`, {
    retryable: true,
    cause: error,
  });
}
