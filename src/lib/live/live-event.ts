import type { EventMessage } from "../events/message";

/** What the windows need of an event. */
export interface LiveEvent {
  /** Unique within the type; a number where the id is one, which takes less memory. */
  id: string | number;
  eventType: string;
  repo: string;
  userLogin: string;
  /** When it happened, by its own `created_at`. */
  eventMs: number;
  /** Of a push; null where unknown. */
  commits: number | null;
}

const typePattern = /^[A-Za-z]{1,60}Event$/;
const firstMs = Date.UTC(2008, 0, 1);
const endMs = Date.UTC(2100, 0, 1);

/**
 * Reads a message as the Glue job does: what is quarantined there is not counted here.
 *
 * @returns the reason instead, where it is not usable
 */
export function toLiveEvent(message: EventMessage): LiveEvent | string {
  if (!typePattern.test(message.event_type)) return "event_type is no event type";
  const eventMs = Date.parse(message.timestamp);
  if (!(eventMs >= firstMs && eventMs < endMs)) return "timestamp is out of range";
  return {
    id: compactId(message.id),
    eventType: message.event_type,
    repo: message.repo,
    userLogin: message.user,
    eventMs,
    commits: commitsOf(message),
  };
}

/**
 * How many commits a push brought: `distinct_size`, else `size`. Payloads since 2025-10 have
 * neither: then unknown, which is null and not 0 or 1.
 */
export function commitsOf({ event_type, payload }: EventMessage): number | null {
  if (event_type !== "PushEvent") return null;
  const size = payload["distinct_size"] ?? payload["size"];
  if (typeof size === "number") return Number.isFinite(size) ? Math.trunc(size) : null;
  return typeof size === "string" && /^\s*[+-]?\d+\s*$/.test(size) ? Number(size) : null;
}

/** Only where the digits come back the same: `7` and `007` are two ids. */
function compactId(id: string): string | number {
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? number : id;
}
