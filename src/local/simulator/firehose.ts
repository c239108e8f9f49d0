import { blockSize, Blocks, composition, kindOfSlot } from "./block";
import type { EventCounts } from "./exchange";
import { type EventList, type Feed, type FeedScope, type PullState, windowSize } from "./feed";
import { FirehoseEvents, typeOfKind } from "./firehose-events";
import type { ApiOptions } from "./options";
import { partition } from "./partition";

/** Texts kept: some windows' worth, so that an event is written once. */
const textsKept = 1024;
/** How far back a repository's, an organization's or a user's own list reaches. */
const scopedBlocks = 50;

/**
 * GitHub's public events at their own pace: a constant rate, the newest 300 in view, the mix
 * partitioned by position. Every event follows from its index, so that any moment can be asked
 * for, and the truth be told, at no cost in memory.
 */
export class Firehose implements Feed {
  private readonly blocks: Blocks;
  private readonly events: FirehoseEvents;
  private readonly texts = new Array<{ index: number; text: string } | undefined>(textsKept);
  private latest: { shown: number; list: EventList } | undefined;

  constructor(
    private readonly options: Pick<ApiOptions, "seed" | "rate" | "visibilityMs" | "lateShare">,
    private readonly startMs: number,
  ) {
    this.blocks = new Blocks(options.seed);
    this.events = new FirehoseEvents(options, startMs, this.blocks);
  }

  list(nowMs: number): EventList {
    const shown = this.shownAt(nowMs);
    if (this.latest?.shown === shown) return this.latest.list;
    const newest = Array.from({ length: windowSize }, (_, age) => shown - 1 - age);
    const order = partition(newest, (index) => kindOfSlot[this.blocks.slotAt(index)] === "push");
    const list = this.listOf(order, shown);
    this.latest = { shown, list };
    return list;
  }

  scoped(scope: FeedScope, nowMs: number): EventList | undefined {
    if (!this.events.knows(scope)) return undefined;
    const shown = this.shownAt(nowMs);
    const found: number[] = [];
    const newestBlock = Math.floor((shown - 1) / blockSize);
    for (let age = 0; age < scopedBlocks && found.length < windowSize; age += 1) {
      const indices = this.events.indicesOf(scope, newestBlock - age);
      for (const index of indices.reverse()) {
        if (index < shown && found.length < windowSize) found.push(index);
      }
    }
    return this.listOf(found, found[0] ?? -Infinity);
  }

  hasRepo(name: string): boolean {
    return this.events.knows({ kind: "repo", name });
  }

  pull(repo: string, number: number, nowMs: number): PullState | undefined {
    return this.events.pull(repo, number, this.shownAt(nowMs));
  }

  count(fromMs: number, toMs: number): EventCounts {
    const counts: EventCounts = { events: 0, byType: {} };
    const end = this.shownAt(toMs);
    for (let index = this.shownAt(fromMs); index < end;) {
      if (index % blockSize === 0 && index + blockSize <= end) {
        // Every block has the same events.
        const blocks = Math.floor((end - index) / blockSize);
        for (const [kind, events] of composition) addTo(counts, typeOfKind[kind], events * blocks);
        index += blocks * blockSize;
      } else {
        addTo(counts, this.events.type(index), 1);
        index += 1;
      }
    }
    return counts;
  }

  *keys(fromMs: number, toMs: number): Iterable<string> {
    const end = this.shownAt(toMs);
    for (let index = this.shownAt(fromMs); index < end; index += 1) yield this.events.key(index);
  }

  existed(key: string, nowMs: number): boolean {
    const index = this.events.indexOfKey(key);
    return index !== undefined && index < this.shownAt(nowMs);
  }

  /** How many events had begun to show since the start: those of index 0 up to this. */
  private shownAt(nowMs: number): number {
    return Math.floor(((nowMs - this.startMs) * this.options.rate) / 1000 + 1e-6);
  }

  private listOf(order: readonly number[], version: number): EventList {
    return {
      version: `${this.startMs}-${version}`,
      size: order.length,
      slice: (from, end) => order.slice(from, end).map((index) => this.text(index)),
    };
  }

  private text(index: number): string {
    const place = ((index % textsKept) + textsKept) % textsKept;
    const known = this.texts[place];
    if (known?.index === index) return known.text;
    const text = this.events.text(index);
    this.texts[place] = { index, text };
    return text;
  }
}

function addTo(counts: EventCounts, type: string, events: number): void {
  counts.events += events;
  counts.byType[type] = (counts.byType[type] ?? 0) + events;
}
