import { type ArchiveHour, formatHour, type HourRange, parseHour } from "./archive-hour";

/** A set of hours, kept as ranges: ten years read without a gap take one line. */
export class HourSet {
  /** In order, and never touching one another. */
  private ranges: HourRange[] = [];

  /**
   * Reads the form that `toJSON` writes.
   *
   * @throws {@link WorkbenchError} code USAGE where a range is no range
   */
  static from(texts: readonly string[]): HourSet {
    const set = new HourSet();
    for (const text of texts) {
      const [first = "", last = first] = text.split("/");
      set.add({ first: parseHour(first, "from", 0), last: parseHour(last, "to", 0) });
    }
    return set;
  }

  has(hour: ArchiveHour): boolean {
    return this.ranges.some(({ first, last }) => first <= hour && hour <= last);
  }

  /** Adds all hours of a range; one that ends before it begins adds none. */
  add(range: HourRange): void {
    if (range.last < range.first) return;
    const apart: HourRange[] = [];
    let { first, last } = range;
    for (const other of this.ranges) {
      if (other.last < first - 1 || other.first > last + 1) {
        apart.push(other);
      } else {
        first = Math.min(first, other.first);
        last = Math.max(last, other.last);
      }
    }
    this.ranges = [...apart, { first, last }].sort((a, b) => a.first - b.first);
  }

  /** `["2026-01-31T22/2026-02-01T01", "2026-02-03T00"]` */
  toJSON(): string[] {
    return this.ranges.map(({ first, last }) =>
      first === last ? formatHour(first) : `${formatHour(first)}/${formatHour(last)}`,
    );
  }
}
