import { blockSize, type Blocks, slotsOf } from "./block";
import type { Random } from "./random";

const pullsOpened = slotsOf("pull-opened");
const issuesOpened = slotsOf("issue-opened");
const pullsEnded = slotsOf("pull-ended");
const issuesClosed = slotsOf("issue-closed");
const comments = slotsOf("comment");
const reviews = slotsOf("review");

/** Pull requests and issues that a block opens: they take its first slots. */
const openedInBlock = pullsOpened.count + issuesOpened.count;
const minuteMs = 60_000;
/** No number is below 1, also of what was opened before the oldest event that can be asked for. */
const blocksBefore = 200;
/** A comment is on something opened at most so many blocks ago. */
const commentBlocks = 40;

/**
 * Which event opens and which ends each pull request and issue. What is opened in a slot of a block
 * ends a fixed number of blocks later, in a slot that belongs to it: a pair is found from either
 * side by arithmetic.
 */
export class FirehoseSubjects {
  /** By the slot of the opening, the blocks until the end; undefined for what never ends. */
  private readonly blocksToEnd: readonly (number | undefined)[];
  private readonly numberBase: number;

  constructor(
    rate: number,
    private readonly blocks: Blocks,
  ) {
    const blockMs = (blockSize * 1000) / rate;
    const delays = (count: number, ending: number, medianMs: number): (number | undefined)[] =>
      Array.from({ length: count }, (_, rank) =>
        rank < ending ? toBlocks(spread((rank + 0.5) / ending, medianMs), blockMs) : undefined,
      );
    this.blocksToEnd = [
      ...delays(pullsOpened.count, pullsEnded.count, 20 * minuteMs),
      ...delays(issuesOpened.count, issuesClosed.count, 45 * minuteMs),
    ];
    const longest = Math.max(...this.blocksToEnd.map((blocks) => blocks ?? 0));
    this.numberBase = (longest + blocksBefore) * openedInBlock + 1;
  }

  /** The opening of what an event is about, itself if it is an opening. */
  openingOf(index: number, random: Random): number | undefined {
    const slot = this.blocks.slotAt(index);
    if (slot < openedInBlock) return index;
    const about = isIn(slot, comments)
      ? openedInBlock
      : isIn(slot, reviews)
        ? pullsOpened.count
        : 0;
    if (about === 0) return this.openingOfEnd(index);
    const block = Math.floor(index / blockSize) - 1 - random.below(commentBlocks);
    return this.blocks.indexOf(block, random.below(about));
  }

  /** The opening of what an event ends, if it ends something. */
  openingOfEnd(index: number): number | undefined {
    const slot = this.blocks.slotAt(index);
    const opening = isIn(slot, pullsEnded)
      ? slot - pullsEnded.first + pullsOpened.first
      : isIn(slot, issuesClosed)
        ? slot - issuesClosed.first + issuesOpened.first
        : undefined;
    if (opening === undefined) return undefined;
    const block = Math.floor(index / blockSize);
    return this.blocks.indexOf(block - (this.blocksToEnd[opening] ?? 0), opening);
  }

  /** The end of what an event opens, if it ever ends. */
  endOf(opening: number): number | undefined {
    const slot = this.blocks.slotAt(opening);
    const blocks = this.blocksToEnd[slot];
    if (blocks === undefined) return undefined;
    const ending = isIn(slot, pullsOpened)
      ? slot - pullsOpened.first + pullsEnded.first
      : slot - issuesOpened.first + issuesClosed.first;
    return this.blocks.indexOf(Math.floor(opening / blockSize) + blocks, ending);
  }

  /** The number of what an event opens. */
  numberOf(opening: number): number {
    const block = Math.floor(opening / blockSize);
    return this.numberBase + block * openedInBlock + this.blocks.slotAt(opening);
  }

  /** The event that opened the pull request of a number. */
  openingOfPull(number: number): number | undefined {
    const offset = number - this.numberBase;
    const block = Math.floor(offset / openedInBlock);
    const slot = offset - block * openedInBlock;
    if (number < 1 || !Number.isSafeInteger(number) || !isIn(slot, pullsOpened)) return undefined;
    return this.blocks.indexOf(block, slot);
  }
}

function isIn(slot: number, { first, count }: { first: number; count: number }): boolean {
  return slot >= first && slot < first + count;
}

function toBlocks(delayMs: number, blockMs: number): number {
  // At least a block and two seconds: the end shows after the opening.
  return Math.max(1 + Math.ceil(2000 / blockMs), Math.round(delayMs / blockMs));
}

/** Delays with a median and a long tail, half a minute to six hours. */
function spread(quantile: number, medianMs: number): number {
  const logistic = Math.log(quantile / (1 - quantile));
  return Math.min(6 * 60 * minuteMs, Math.max(minuteMs / 2, medianMs * Math.exp(logistic)));
}
