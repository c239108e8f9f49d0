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

/** What an answer asks of the one who asked. */
export type Verdict =
  | { kind: "events"; items: readonly unknown[] }
  | { kind: "not-modified" }
  /**
   * Ask again no sooner than this. The limit that is used up is the token's: another one may go on.
   * What GitHub asks beyond that concerns everybody.
   */
  | { kind: "wait"; scope: "token" | "all"; waitMs: number; reason: string }
  /** May mend by itself: ask again, after at least `minMs`. */
  | { kind: "retry"; minMs: number; reason: string }
  /** The token is not valid, or no longer. */
  | { kind: "bad-token"; error: WorkbenchError }
  /** There is nothing at this path. */
  | { kind: "missing"; error: WorkbenchError }
  /** Will not mend by itself. */
  | { kind: "fatal"; error: WorkbenchError };

/** GitHub asks for at least a minute where a secondary limit names no time. */
const secondaryLimitWaitMs = 60_000;
/** A clock further off than this is set wrong, or not the one that the answer was made by. */
const maxSkewMs = 900_000;

/**
 * Judges an answer of an address that lists events.
 *
 * @param url - what was asked for, for the errors
 * @param nowMs - the current time, for limits that name a moment
 * @see https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function judgeAnswer(answer: Answer, url: string, nowMs: number): Verdict {
  const { status, headers, text } = answer;
  if (status === 0) return { kind: "retry", minMs: 0, reason: text };
  if (status === 304) return { kind: "not-modified" };
  if (status === 200) return judgeBody(text);
  const told = retryAfterMs(headers["retry-after"], serverNowMs(headers, nowMs));
  if (status === 429 || status === 403) {
    const secondary = /secondary rate limit|abuse/i.test(text);
    const reset = resetWaitMs(headers, nowMs);
    if (headers["x-ratelimit-remaining"] === "0" && reset !== undefined && !secondary) {
      const waitMs = Math.max(reset, told ?? 0);
      return { kind: "wait", scope: "token", waitMs, reason: "the rate limit is used up" };
    }
    if (told !== undefined) {
      const reason = `GitHub asked to wait (${status})`;
      return { kind: "wait", scope: "all", waitMs: told, reason };
    }
    if (status === 429 || secondary) {
      const reason = "a secondary rate limit";
      return { kind: "wait", scope: "all", waitMs: secondaryLimitWaitMs, reason };
    }
  }
  if (status >= 500 || status === 408) {
    return { kind: "retry", minMs: told ?? 0, reason: `the answer was ${status}` };
  }
  return refusal(answer, url);
}

/** Milliseconds until the rate limit is whole again, if the answer says so. */
export function resetWaitMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const reset = Number(headers["x-ratelimit-reset"] ?? Number.NaN);
  // A second more: the headers have whole seconds.
  return Number.isFinite(reset)
    ? Math.max(0, reset * 1000 - serverNowMs(headers, nowMs)) + 1000
    : undefined;
}

/** A moment named by GitHub is one of its own clock, which the answer's date tells. */
function serverNowMs(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const dateMs = Date.parse(headers["date"] ?? "");
  return Math.abs(dateMs - nowMs) <= maxSkewMs ? Math.min(dateMs, nowMs) : nowMs;
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

/** Milliseconds that a `Retry-After` asks to wait: seconds, or a moment. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - nowMs);
}

function refusal({ status, text }: Answer, url: string): Verdict {
  const context = { status, url };
  if (status === 401) {
    const error = new WorkbenchError("GITHUB", `${url} refused the token (401)`, {
      context,
      hint: "set GITHUB_TOKEN to a token that is valid, or leave it out",
    });
    return { kind: "bad-token", error };
  }
  if (status === 404 || status === 410 || status === 451) {
    const error = new WorkbenchError("GITHUB", `${url} does not exist (${status})`, {
      context,
      hint: "GITHUB_API_URL should be https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server",
    });
    return { kind: "missing", error };
  }
  const error = new WorkbenchError("GITHUB", `${url} answered ${status}: ${shorten(text)}`, {
    context,
    hint:
      status === 403
        ? "the token may not read public events: set another GITHUB_TOKEN, or none"
        : "check GITHUB_API_URL",
  });
  return { kind: "fatal", error };
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
