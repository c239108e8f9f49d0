import { formatDuration } from "../charts/words";
import { isMissing } from "../frames/frame-data";
import { formatCell } from "./cells";
import type { Displayable, MimeBundle } from "./display";
import { show } from "./display";
import { formatCount } from "./figures";
import { escapeHtml } from "./html";

/** A few figures beside each other, large, each with its name below. Made by {@link keyFigures}. */
export class KeyFigures implements Displayable {
  readonly #figures: readonly (readonly [name: string, value: string])[];

  constructor(figures: Readonly<Record<string, unknown>>) {
    this.#figures = Object.entries(figures).map(([name, value]) => [name, formatFigure(value)]);
  }

  /** Shows them in the running cell. */
  async show(): Promise<void> {
    await show(this);
  }

  /** As HTML whose colours come from the page, and as text. */
  mimeBundle(): Promise<MimeBundle> {
    const boxes = this.#figures.map(
      ([name, value]) =>
        `<div style="min-width:7em;max-width:100%"><div style="font-size:1.6em;font-weight:600;line-height:1.2;` +
        `font-variant-numeric:tabular-nums;overflow-wrap:anywhere"><bdi>${escapeHtml(value)}</bdi></div>` +
        `<div style="opacity:.7;font-size:.9em">${escapeHtml(formatCell(name))}</div></div>`,
    );
    return Promise.resolve({
      "text/html": `<div style="display:flex;flex-wrap:wrap;gap:14px 36px;padding:6px 0">${boxes.join("")}</div>`,
      "text/plain": this.#figures.map(([name, value]) => `${name}: ${value}`).join("\n"),
    });
  }
}

/**
 * Puts the figures that matter most where they are seen first.
 *
 * A number is written with separators, a text as it is (escaped), `{ seconds }` as a duration
 * ("2.5 hours"), and what is missing as "–".
 *
 * @example
 * ```ts
 * await keyFigures({ Events: 1234, "Median time to merge": { seconds: row.median } }).show();
 * ```
 */
export function keyFigures(figures: Readonly<Record<string, unknown>>): KeyFigures {
  return new KeyFigures(figures);
}

function formatFigure(value: unknown): string {
  if (isDuration(value))
    return isMissing(value.seconds) ? "–" : formatDuration(Number(value.seconds));
  if (isMissing(value)) return "–";
  if (typeof value === "bigint") return value.toLocaleString("en-US");
  // A figure is read at a glance: one digit behind the point is enough.
  return typeof value === "number" ? formatCount(Math.round(value * 10) / 10) : formatCell(value);
}

function isDuration(value: unknown): value is { seconds: unknown } {
  return typeof value === "object" && value !== null && "seconds" in value;
}
