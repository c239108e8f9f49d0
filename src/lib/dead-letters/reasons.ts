/** How often something was the reason. */
export interface ReasonCount {
  /** With what differs from letter to letter taken out: `not JSON: Unexpected token "…"`. */
  reason: string;
  letters: number;
  /** When the last of them was stored, milliseconds since 1970. */
  lastMs: number;
}

/** Reasons quote what came from outside: more than this are counted together. */
const maxReasons = 1000;

/** Counts letters by their reason. */
export class ReasonCounts {
  private readonly counts = new Map<string, ReasonCount>();

  add(reason: string, atMs: number): void {
    const general = generalize(reason);
    const known = this.counts.get(general);
    if (known !== undefined) {
      known.letters += 1;
      known.lastMs = Math.max(known.lastMs, atMs);
    } else if (this.counts.size < maxReasons) {
      this.counts.set(general, { reason: general, letters: 1, lastMs: atMs });
    } else {
      const others = this.counts.get("others");
      this.counts.set("others", {
        reason: "others",
        letters: (others?.letters ?? 0) + 1,
        lastMs: Math.max(others?.lastMs ?? 0, atMs),
      });
    }
  }

  /** The most frequent first. */
  list(): ReasonCount[] {
    return [...this.counts.values()].sort((a, b) => b.letters - a.letters);
  }
}

/** A reason without the values it quotes. */
export function generalize(reason: string): string {
  return reason
    .replaceAll(/"(?:[^"\\]|\\.)*"/gs, '"…"')
    .replaceAll(/'[^']*'/g, "'…'")
    .replaceAll(/\d+/g, "N")
    .slice(0, 200);
}
