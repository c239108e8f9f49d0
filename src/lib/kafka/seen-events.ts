import type { Effects } from "../effects";
import type { KafkaConfig } from "./client";
import { eventKey } from "../events/event";
import { parseMessage } from "../events/parse-message";
import { readTail } from "./read-range";

/** The header that names the API whose ids a message carries. */
export const apiHeader = "api";

/**
 * The memory's reach, in messages: as many as are kept are read back at a start. At 120 events a
 * second, of which three in four are of the types kept, that is nine minutes; the API itself shows
 * an event for two and a half seconds then.
 */
export const memoryReach = 50_000;

/** Remembers the keys of the last events seen, up to a number of them; those not seen for longest are forgotten. */
export class SeenEvents {
  private readonly keys = new Set<string>();

  constructor(private readonly capacity: number = memoryReach) {}

  get size(): number {
    return this.keys.size;
  }

  /** Remembers a key; returns whether it is new. */
  add(key: string): boolean {
    // A Set keeps the order in which its members came: what is seen again goes to the end.
    const known = this.keys.delete(key);
    this.keys.add(key);
    if (known) return false;
    if (this.keys.size > this.capacity) {
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
  await readTail(settings, effects, memoryReach, ({ headers, value }) => {
    if (headers?.[apiHeader]?.toString() !== address) return;
    const { message } = parseMessage(value);
    if (message !== undefined) seen.add(eventKey({ id: message.id, type: message.event_type }));
  });
  effects.logger.debug("memory rebuilt from the topic", { events: seen.size });
  return seen;
}
