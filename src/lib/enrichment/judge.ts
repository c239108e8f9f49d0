import type { WorkbenchError } from "../errors";
import { describeError } from "../errors";
import { FieldReader } from "../events/fields";
import { type Answer, judgeAnswer } from "../github/answer";
import type { Question } from "./question";

/** What the API told. */
export interface Finding {
  status: "ok" | "gone";
  commits: number | null;
  openedAt: string | null;
}

/** What an answer asks of the enricher. */
export type EnrichmentVerdict =
  | { kind: "found"; finding: Finding }
  /** Not to be had, for a reason that is not known to be for ever. */
  | { kind: "refused"; reason: string }
  | { kind: "wait"; waitMs: number; reason: string }
  | { kind: "retry"; minMs: number; reason: string }
  /** No question will get an answer. */
  | { kind: "fatal"; error: WorkbenchError };

/** Deleted, private by now, force-pushed away, taken down. */
const goneStatuses: ReadonlySet<number> = new Set([404, 409, 410, 422, 451]);
const gone: Finding = { status: "gone", commits: null, openedAt: null };

/** Judges the answer to a question. @param address - the API's address, for the errors */
export function judgeEnrichment(
  question: Question,
  answer: Answer,
  address: string,
  nowMs: number,
): EnrichmentVerdict {
  const { status } = answer;
  if (status === 200) return judgeBody(question, answer.text);
  if (goneStatuses.has(status)) return { kind: "found", finding: gone };
  const verdict = judgeAnswer(answer, address, nowMs);
  if (verdict.kind === "wait" || verdict.kind === "retry") return verdict;
  if (verdict.kind === "bad-token") return { kind: "fatal", error: verdict.error };
  return { kind: "refused", reason: `the answer was ${status}` };
}

function judgeBody(question: Question, text: string): EnrichmentVerdict {
  try {
    return { kind: "found", finding: readFinding(question, JSON.parse(text)) };
  } catch (error) {
    return { kind: "retry", minMs: 0, reason: describeError(error) };
  }
}

function readFinding(question: Question, body: unknown): Finding {
  if (question.kind === "push_commits") {
    const comparison = FieldReader.of(body, "a comparison");
    return { status: "ok", commits: comparison.numericId("total_commits"), openedAt: null };
  }
  const pull = FieldReader.of(body, "a pull request");
  // Another one of the same number: the repository was made anew under its old name.
  if (pull.numericId("id") !== question.subjectId) return gone;
  return { status: "ok", commits: null, openedAt: pull.instant("created_at") };
}
