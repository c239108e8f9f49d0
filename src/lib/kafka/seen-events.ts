import type { Effects } from "../effects";
import type { KafkaConfig } from "./client";
import { eventKey } from "../events/event";
import { parseMessage } from "../events/parse-message";
import { readTail } from "./read-range";

/** The header that names the API whose ids a message carries. */
export const apiHeader = "api";

const defaultCapacity = 200_000;
const tailRecords = 20_000;

/** Remembers the keys of the last events seen, up to a number of them; the oldest are forgotten. */
export class SeenEvents {
  private readonly keys = new Set<string>();

  constructor(private readonly capacity: number = defaultCapacity) {}

  get size(): number {
    return this.keys.size;
  }

  /** Remembers a key; returns whether it is new. */
  add(key: string): boolean {
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    if (this.keys.size > this.capacity) {
      // A Set keeps the order in which its members came.
      for (const oldest of this.keys) {
        this.keys.delete(oldest);
        break;
      }
    }
    return true;
  }
}

/**
 * Rebuilds the memory from the end of the topic's log, so that a restart neither loses nor doubles.
 * Only messages of the same API count: another API may give the same ids to other events.
 *
 * @param address - the API's address
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function recallSeenEvents(
  settings: KafkaConfig,
  effects: Effects,
  address: string,
): Promise<SeenEvents> {
  const seen = new SeenEvents();
  await readTail(settings, effects, tailRecords, ({ headers, value }) => {
    if (headers?.[apiHeader]?.toString() !== address) return;
    const { message } = parseMessage(value);
    if (message !== undefined) seen.add(eventKey({ id: message.id, type: message.event_type }));
  });
  effects.logger.debug("memory rebuilt from the topic", { events: seen.size });
  return seen;
}
