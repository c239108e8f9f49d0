import { type Parsed, parseJson } from "./parse-message";
import { FieldReader } from "./fields";
import { eventSources } from "./message";
import { type CoverageMessage, type EnrichmentMessage, enrichmentKinds } from "./side-message";

/** Reads the value of a message of the coverage topic. Never throws. */
export function parseCoverage(value: Buffer | string | null): Parsed<CoverageMessage> {
  return parseJson(value, readCoverage);
}

/** Reads the value of a message of the enrichment topic. Never throws. */
export function parseEnrichment(value: Buffer | string | null): Parsed<EnrichmentMessage> {
  return parseJson(value, readEnrichment);
}

/** What makes a coverage message one and the same. */
export function coverageId(message: CoverageMessage): string {
  const { run_id, seq, event_type, minute } = message;
  return `${run_id}:${seq}:${event_type}:${minute}`;
}

/** What an enrichment message tells of; it may be told twice. */
export function enrichmentId({ kind, event_type, event_id }: EnrichmentMessage): string {
  return `${kind}:${event_type}:${event_id}`;
}

/** Reads a parsed value as a coverage message; throws code BAD_INPUT. */
export function readCoverage(value: unknown): CoverageMessage {
  const message = FieldReader.of(value, "a coverage message");
  return {
    run_id: message.text("run_id"),
    seq: message.numericId("seq"),
    minute: message.instant("minute"),
    event_type: message.text("event_type"),
    captured: message.numericId("captured"),
    estimated: message.amount("estimated"),
    source: message.oneOf("source", eventSources),
    api: message.text("api"),
    recorded_at: message.instant("recorded_at"),
  };
}

/** Reads a parsed value as an enrichment message; throws code BAD_INPUT. */
export function readEnrichment(value: unknown): EnrichmentMessage {
  const message = FieldReader.of(value, "an enrichment message");
  return {
    kind: message.oneOf("kind", enrichmentKinds),
    event_type: message.text("event_type"),
    event_id: message.textId("event_id"),
    repo: message.text("repo"),
    repo_id: message.numericId("repo_id"),
    number: message.nullableNumericId("number"),
    subject_id: message.nullableNumericId("subject_id"),
    commits: message.nullableNumericId("commits"),
    opened_at: message.nullableInstant("opened_at"),
    obtained_from: message.oneOf("obtained_from", ["compare", "pulls"]),
    status: message.oneOf("status", ["ok", "gone"]),
    source: message.oneOf("source", eventSources),
    api: message.text("api"),
    fetched_at: message.instant("fetched_at"),
  };
}
