import { WorkbenchError } from "../errors";

/** An HTTP answer, or the failure to get one. */
export interface Answer {
  /** 0 where there was no answer at all. */
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The body as text, or the reason there is no answer. */
  text: string;
  /** Node's code of a network error: ECONNREFUSED, ENOTFOUND, … */
  networkCode?: string;
}

/** What an answer asks of the poller. */
export type Verdict =
  | { kind: "events"; items: readonly unknown[] }
  | { kind: "not-modified" }
  /** Ask again no sooner than this: a limit was reached. */
  | { kind: "wait"; waitMs: number; reason: string }
  /** May mend by itself: ask again a few times, after at least `minMs`. */
  | { kind: "retry"; minMs: number; reason: string }
  /** Will not mend by itself. */
  | { kind: "fatal"; error: WorkbenchError };

const secondaryLimitWaitMs = 60_000;

/**
 * Judges an answer of `GET /events`.
 *
 * @param address - the API's address, for the errors
 * @param nowMs - the current time, for limits that name a moment
 * @see https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function judgeAnswer(answer: Answer, address: string, nowMs: number): Verdict {
  const { status, headers, text } = answer;
  if (status === 0) return { kind: "retry", minMs: 0, reason: text };
  if (status === 304) return { kind: "not-modified" };
  if (status === 200) return judgeBody(text);
  const told = retryAfterMs(headers, nowMs);
  if (status === 429 || status === 403) {
    if (told !== undefined) {
      return { kind: "wait", waitMs: told, reason: `GitHub asked to wait (${status})` };
    }
    const reset = resetWaitMs(headers, nowMs);
    if (headers["x-ratelimit-remaining"] === "0" && reset !== undefined) {
      return { kind: "wait", waitMs: reset, reason: "the rate limit is used up" };
    }
    if (status === 429 || /secondary rate limit|abuse/i.test(text)) {
      return { kind: "wait", waitMs: secondaryLimitWaitMs, reason: "a secondary rate limit" };
    }
  }
  if (status >= 500 || status === 408) {
    return { kind: "retry", minMs: told ?? 0, reason: `the answer was ${status}` };
  }
  return { kind: "fatal", error: refusal(answer, address) };
}

/** Milliseconds until the rate limit is whole again, if the answer says so. */
export function resetWaitMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const reset = Number(headers["x-ratelimit-reset"] ?? Number.NaN);
  // A second more: the header has whole seconds.
  return Number.isFinite(reset) ? Math.max(0, reset * 1000 - nowMs) + 1000 : undefined;
}

function judgeBody(text: string): Verdict {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    const what = /^\s*</.test(text) ? "HTML" : "a body that is cut off or not JSON";
    return { kind: "retry", minMs: 0, reason: `the answer was ${what}` };
  }
  if (Array.isArray(body)) return { kind: "events", items: body };
  return { kind: "retry", minMs: 0, reason: "the answer was JSON, but no list of events" };
}

function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const value = headers["retry-after"];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - nowMs);
}

function refusal({ status, text }: Answer, address: string): WorkbenchError {
  const options = { context: { status, address } };
  if (status === 401) {
    return new WorkbenchError("GITHUB", `${address} refused the token (401)`, {
      ...options,
      hint: "set GITHUB_TOKEN to a token that is valid, or leave it out",
    });
  }
  if (status === 404 || status === 410) {
    return new WorkbenchError("GITHUB", `${address}/events does not exist (${status})`, {
      ...options,
      hint: "GITHUB_API_URL should be https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server",
    });
  }
  return new WorkbenchError("GITHUB", `${address}/events answered ${status}: ${shorten(text)}`, {
    ...options,
    hint:
      status === 403
        ? "the token may not read public events: set another GITHUB_TOKEN, or none"
        : "check GITHUB_API_URL",
  });
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
