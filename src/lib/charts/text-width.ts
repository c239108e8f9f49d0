/** Widths of characters in DejaVu Sans and Arial, the wider of both, in ems, by class. */
const classes: readonly (readonly [pattern: RegExp, ems: number])[] = [
  [/[iljI.,:;'|! ]/u, 0.34],
  [/[frt()[\]{}/\\-]/u, 0.42],
  [/[mwMW@%…]/u, 0.92],
  [/[A-Z&#+=<>~]/u, 0.72],
  // Far Eastern writing and pictures take a whole square.
  [/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/u, 1],
  [/\p{Extended_Pictographic}/u, 1.2],
  [/[\p{M}\p{Cf}]/u, 0],
];
const ordinary = 0.62;
const boldness = 1.1;

/**
 * How wide a text will be, in pixels, without a canvas to measure it on. Vega's own estimate is
 * 0.8 em for every character, which cuts labels much too early.
 */
export function measureText(text: string, fontSize: number, bold: boolean): number {
  let ems = 0;
  for (const char of text) {
    ems += classes.find(([pattern]) => pattern.test(char))?.[1] ?? ordinary;
  }
  return ems * fontSize * (bold ? boldness : 1);
}

/** What is known of a text that Vega asks the width of. */
interface TextItem {
  fontSize?: number;
  fontWeight?: string | number;
  /** Pixels after which the text is cut; 0 or less: never. */
  limit?: number;
}

/** Vega's measures of texts; its `width` may be replaced. */
interface TextMetrics {
  width: (item: TextItem, text: unknown) => number;
}

/** Lets Vega measure texts by {@link measureText}, here where it has no canvas. */
export function useTextWidths(vega: object): void {
  const { textMetrics } = vega as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => {
    const bold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
    const line = typeof text === "string" || typeof text === "number" ? `${text}`.trim() : "";
    const width = measureText(line, item.fontSize ?? 11, bold);
    return item.limit !== undefined && item.limit > 0 ? Math.min(width, item.limit) : width;
  };
}
