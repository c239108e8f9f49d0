/**
 * Counts the busiest of very many names in bounded memory: Space-Saving. A name that is not counted
 * yet takes the place of the one counted least, and its count with it as a possible error; no name
 * that came more often than the least count is missed.
 *
 * @see https://www.cs.ucsb.edu/sites/default/files/documents/2005-23.pdf
 */
export class Busiest {
  private readonly counts = new Map<string, { count: number; error: number }>();
  /** No name is counted less: counts only grow, and whoever comes in takes over the least. */
  private floor = 1;

  /** @param capacity - how many names are counted */
  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.counts.size;
  }

  add(name: string): void {
    const known = this.counts.get(name);
    if (known !== undefined) known.count += 1;
    else if (this.counts.size < this.capacity) this.counts.set(name, { count: 1, error: 0 });
    else {
      const error = this.evict();
      this.counts.set(name, { count: error + 1, error });
    }
  }

  /** How often a name came at the least. */
  worthOf(name: string): number {
    const known = this.counts.get(name);
    return known === undefined ? 0 : known.count - known.error;
  }

  private evict(): number {
    let least: string | undefined;
    let count = Number.POSITIVE_INFINITY;
    for (const [name, entry] of this.counts) {
      if (entry.count < count) {
        least = name;
        ({ count } = entry);
        if (count === this.floor) break;
      }
    }
    this.floor = count;
    if (least !== undefined) this.counts.delete(least);
    return count;
  }
}
