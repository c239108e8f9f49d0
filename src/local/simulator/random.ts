const shaBytes = Buffer.alloc(20);

/** A seeded source of chance: the same seed gives the same sequence, everywhere. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. (mulberry32) */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** One of the items, each as likely as its weight is large. */
  weighted<T>(items: readonly (readonly [T, number])[]): T {
    let left = this.next() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return this.pick(items)[0];
  }

  /** Waiting time until the next of events that come `rate` times a unit of time. */
  exponential(rate: number): number {
    return -Math.log(1 - this.next()) / rate;
  }

  /** A positive number with the given median; the larger `sigma`, the longer the tail. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.next()));
  }

  /** The name of a commit: quicker than as many digits one by one. */
  sha(): string {
    for (let word = 0; word < 5; word += 1) shaBytes.writeUInt32LE(this.below(2 ** 32), word * 4);
    return shaBytes.toString("hex");
  }

  /** Hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.below(0x1000000).toString(16).padStart(6, "0");
    return text.slice(0, digits);
  }
}

/** Picks indices so that the first is by far the most likely: weight 1/(rank+1)^exponent. */
export class Zipf {
  private readonly sums: number[] = [];

  constructor(count: number, exponent: number) {
    let sum = 0;
    for (let rank = 1; rank <= count; rank += 1) {
      sum += rank ** -exponent;
      this.sums.push(sum);
    }
  }

  pick(random: Random): number {
    const target = random.next() * (this.sums.at(-1) ?? 0);
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sums[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
