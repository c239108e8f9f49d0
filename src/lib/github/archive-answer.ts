import { WorkbenchError } from "../errors";
import { retryAfterMs } from "./answer";

const untoldWaitMs = 60_000;
const leastWaitMs = 1000;

/**
 * Judges the status of an answer to a request for an hour file.
 *
 * @param address - the archive's address, for the errors
 * @returns whether the file is there
 * @throws {@link WorkbenchError} code GITHUB: with `waitMs` in its context where the archive asked
 * to wait, with `retryable` where it may mend by itself, else for good
 */
export function judgeArchiveAnswer(
  { status, headers }: Pick<Response, "status" | "headers">,
  address: string,
  nowMs: number,
): boolean {
  if (status === 200) return true;
  if (status === 404 || status === 410) return false;
  const toldMs = retryAfterMs(headers.get("retry-after") ?? undefined, nowMs);
  if (status === 429 || (status === 403 && toldMs !== undefined)) {
    throw new WorkbenchError("GITHUB", `the archive asked to wait (${status})`, {
      retryable: true,
      context: { waitMs: Math.max(leastWaitMs, toldMs ?? untoldWaitMs) },
    });
  }
  if (status >= 500 || status === 408) {
    throw new WorkbenchError("GITHUB", `the answer was ${status}`, {
      retryable: true,
      context: { minMs: toldMs ?? 0 },
    });
  }
  throw new WorkbenchError("GITHUB", `${address} refused an hour (${status})`, {
    hint: "check GHARCHIVE_URL; without it, hours come from https://data.gharchive.org",
    context: { status },
  });
}
