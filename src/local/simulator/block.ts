import { Random } from "./random";

/** What an event of the firehose is; some come in pairs, an opening and an end. */
export type FirehoseKind =
  | "push"
  | "create"
  | "delete"
  | "watch"
  | "fork"
  | "comment"
  | "review"
  | "release"
  | "pull-opened"
  | "pull-ended"
  | "issue-opened"
  | "issue-closed";

/** Events in a block. */
export const blockSize = 1000;

/** What a block is made of, in the order of its slots: every block has the same events, shuffled. */
export const composition: readonly (readonly [FirehoseKind, number])[] = [
  ["pull-opened", 44],
  ["issue-opened", 16],
  ["pull-ended", 38],
  ["issue-closed", 12],
  ["push", 620],
  ["create", 80],
  ["delete", 32],
  ["comment", 70],
  ["watch", 50],
  ["review", 22],
  ["fork", 12],
  ["release", 4],
];

/** The kind of event that a slot of a block holds. */
export const kindOfSlot: readonly FirehoseKind[] = composition.flatMap(([kind, count]) =>
  Array.from({ length: count }, () => kind),
);

/** The first slot of a kind, and how many there are. */
export function slotsOf(kind: FirehoseKind): { first: number; count: number } {
  let first = 0;
  for (const [name, count] of composition) {
    if (name === kind) return { first, count };
    first += count;
  }
  throw new RangeError(`no slots for ${kind}`);
}

/** The order of a block's events: which slot comes at which place. */
export interface Block {
  slots: Uint16Array;
  /** The place at which a slot comes. */
  places: Uint16Array;
}

const inOrder = Uint16Array.from({ length: blockSize }, (_, slot) => slot);
/** Four kilobytes each. */
const blocksKept = 2048;

/**
 * The firehose in blocks of a thousand events, each shuffled by the seed and its number alone: any
 * event can be told from its index, at once, however far away, and nothing need be remembered.
 */
export class Blocks {
  private readonly kept = new Map<number, Block>();

  constructor(private readonly seed: number) {}

  /** The block of a number, which may be below 0: what was before the start. */
  get(number: number): Block {
    const known = this.kept.get(number);
    if (known !== undefined) return known;
    const block = this.shuffle(number);
    if (this.kept.size >= blocksKept) {
      for (const oldest of this.kept.keys()) {
        this.kept.delete(oldest);
        break;
      }
    }
    this.kept.set(number, block);
    return block;
  }

  /** The slot of an event by its index. */
  slotAt(index: number): number {
    const number = Math.floor(index / blockSize);
    return this.get(number).slots[index - number * blockSize] ?? 0;
  }

  /** The index of the event in a slot of a block. */
  indexOf(number: number, slot: number): number {
    return number * blockSize + (this.get(number).places[slot] ?? 0);
  }

  private shuffle(number: number): Block {
    const random = seededRandom(this.seed, number, 0xb10c);
    const slots = inOrder.slice();
    for (let left = blockSize - 1; left > 0; left -= 1) {
      const other = random.below(left + 1);
      const swapped = slots[left] ?? 0;
      slots[left] = slots[other] ?? 0;
      slots[other] = swapped;
    }
    const places = new Uint16Array(blockSize);
    for (let place = 0; place < blockSize; place += 1) places[slots[place] ?? 0] = place;
    return { slots, places };
  }
}

/** A source of chance for one numbered thing: the same for the same seed, number and purpose. */
export function seededRandom(seed: number, number: number, purpose: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(purpose, 0x27d4eb2f);
  state = Math.imul(state ^ (number | 0), 0xc2b2ae35);
  state = Math.imul(state ^ (state >>> 15) ^ Math.floor(number / 2 ** 32), 0x2545f491);
  return new Random(state ^ (state >>> 13));
}
