import { describeError } from "../errors";
import { FieldReader } from "./fields";
import { type EventMessage, eventSources } from "./message";

/** A message that was read, or why it cannot be. */
export type Parsed<T> =
  | { readonly message: T; readonly reason?: never }
  | { readonly message?: never; readonly reason: string };
export type ParsedMessage = Parsed<EventMessage>;

/**
 * Reads the value of a Kafka message. Never throws: a stream goes on past what it cannot read, and
 * keeps the reason with it.
 */
export function parseMessage(value: Buffer | string | null): ParsedMessage {
  return parseJson(value, readMessage);
}

/** Reads a message's value as JSON and hands it on; what either throws becomes the reason. */
export function parseJson<T>(value: Buffer | string | null, read: (json: unknown) => T): Parsed<T> {
  if (value === null) return { reason: "the message has no value" };
  try {
    return { message: read(JSON.parse(value.toString())) };
  } catch (error) {
    const reason = describeError(error);
    return { reason: error instanceof SyntaxError ? `not JSON: ${reason}` : reason };
  }
}

/**
 * Reads a parsed value as an event message.
 *
 * @throws {@link WorkbenchError} code BAD_INPUT, with the field and the value seen
 */
export function readMessage(value: unknown): EventMessage {
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
    source: message.oneOf("source", eventSources),
    ingested_at: message.instant("ingested_at"),
    payload: message.json("payload"),
  };
}
