import type { SimulatedAnswer } from "./exchange";
import type { Fault, FaultScript } from "./faults";

/** Hands out the faults of a script: one every so many answers, in turn. */
export class Faults {
  private answers = 0;

  constructor(private readonly script: FaultScript | undefined) {}

  /** The fault of the next answer, if it has one. */
  next(): Fault | undefined {
    if (this.script === undefined) return undefined;
    this.answers += 1;
    const { every, faults } = this.script;
    return this.answers % every === 0
      ? faults[(this.answers / every - 1) % faults.length]
      : undefined;
  }
}

const unicorn =
  "<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head>" +
  "<body><p>We had issues producing the response to your request.</p></body></html>\n";

/** What a fault makes of an answer. Limits are not its business: those faults are refusals. */
export function applyFault({ kind, value }: Fault, answer: SimulatedAnswer): SimulatedAnswer {
  const html = { server: "github-events-simulator", "content-type": "text/html; charset=utf-8" };
  switch (kind) {
    case "500":
      return {
        ...withoutEtag(answer),
        status: 500,
        body: JSON.stringify({ message: "Server Error" }),
      };
    case "502":
      return { status: 502, headers: html, body: unicorn, delayMs: answer.delayMs };
    case "html":
      return { status: 200, headers: html, body: unicorn, delayMs: answer.delayMs };
    case "truncated":
      return answer.body === ""
        ? { ...answer, fault: "reset" }
        : { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length * 0.6)) };
    case "cut":
      // What has no body cannot be cut.
      return { ...answer, fault: answer.body === "" ? "reset" : "cut" };
    case "reset":
      return { ...answer, fault: "reset" };
    case "hang":
      return { ...answer, fault: "hang", delayMs: value };
    case "slow":
      return { ...answer, delayMs: answer.delayMs + value };
    case "secondary":
    case "429":
      return answer;
  }
}

function withoutEtag(answer: SimulatedAnswer): SimulatedAnswer {
  const ofTheList = ["etag", "link", "x-poll-interval"];
  const kept = Object.entries(answer.headers).filter(([name]) => !ofTheList.includes(name));
  return { ...answer, headers: Object.fromEntries(kept) };
}
