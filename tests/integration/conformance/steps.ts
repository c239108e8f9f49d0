import { readFileSync } from "node:fs";
import { conformanceFile } from "./clients";

/** One call with what is expected of its answer; the same for every client. */
export interface Step {
  call: string;
  input?: Record<string, unknown>;
  /** Path of a state: the call is repeated until it is a last one. */
  until?: string;
  /** By path: a value, `*` for any, `~pattern`; null for nothing. */
  expect?: Record<string, unknown>;
  /** The refusal that is expected, a pattern of its name and words. */
  error?: string;
  save?: Record<string, string>;
}

/** The steps of a service, in order. */
export function readSteps(file = "athena-calls.json"): Step[] {
  return JSON.parse(readFileSync(conformanceFile(file), "utf8")) as Step[];
}

/** Names of steps for a test's title, told apart by their number. */
export function stepTitles(steps: readonly Step[]): [string, number][] {
  return steps.map((step, at) => [
    `${at + 1} ${step.call}${step.error === undefined ? "" : " refuses"}`,
    at,
  ]);
}

/** Puts what is known in the place of `$name`. */
export function fill(value: unknown, known: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") {
    return Object.entries(known).reduce(
      (text, [name, found]) => text.replaceAll(`$${name}`, found),
      value,
    );
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, known)]));
}

/** The value at `a.0.b`; undefined where there is nothing. */
export function at(answer: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((seen, part) => (seen as Record<string, unknown> | undefined)?.[part], answer);
}
