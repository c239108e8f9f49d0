import type { DeadLetters } from "../kafka/dead-letters";
import { Compressor } from "./compressor";
import { MemoryBudget } from "./memory-budget";
import type { ObjectStore } from "./object-store";
import { UploadSlots } from "./upload-slots";

/**
 * Bytes held between Kafka and S3, all partitions and topics together. With what Node, the clients
 * and the fetches in flight take besides, the process stays below 512 MB.
 */
export const maxHeldBytes = 128_000_000;
/** Objects on their way to S3 at one time. */
const maxUploads = 4;

/** What the topics of a run share. */
export interface LandingResources {
  store: ObjectStore;
  deadLetters: DeadLetters;
  budget: MemoryBudget;
  compressor: Compressor;
  slots: UploadSlots;
}

/** The shared parts with their limits. */
export function landingResources(store: ObjectStore, deadLetters: DeadLetters): LandingResources {
  return {
    store,
    deadLetters,
    budget: new MemoryBudget(maxHeldBytes),
    compressor: new Compressor(),
    slots: new UploadSlots(maxUploads),
  };
}
