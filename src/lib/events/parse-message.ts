import { describeError } from "../errors";
import { FieldReader } from "./fields";
import type { EventMessage, EventSourceName } from "./message";

const sources: readonly EventSourceName[] = ["github", "archive", "file", "simulator"];

/** A message that was read, or why it cannot be. */
export type ParsedMessage =
  | { readonly message: EventMessage; readonly reason?: never }
  | { readonly message?: never; readonly reason: string };

/**
 * Reads the value of a Kafka message. Never throws: a stream goes on past what it cannot read, and
 * keeps the reason with it.
 */
export function parseMessage(value: Buffer | string | null): ParsedMessage {
  if (value === null) return { reason: "the message has no value" };
  try {
    return { message: readMessage(JSON.parse(value.toString())) };
  } catch (error) {
    const reason = describeError(error);
    return { reason: error instanceof SyntaxError ? `not JSON: ${reason}` : reason };
  }
}

function readMessage(value: unknown): EventMessage {
  const message = FieldReader.of(value, "an event message");
  return {
    id: message.textId("id"),
    event_type: message.text("event_type"),
    repo: message.text("repo"),
    user: message.text("user"),
    timestamp: message.instant("timestamp"),
    repo_id: message.numericId("repo_id"),
    user_id: message.numericId("user_id"),
    org: message.nullableText("org"),
    source: message.oneOf("source", sources),
    ingested_at: message.instant("ingested_at"),
    payload: message.json("payload"),
  };
}
