import { randomUUID } from "node:crypto";
import { bundleOf, isDisplayable, type MimeBundle } from "./display";
import { kernelWriter } from "./kernel";

/** One output of a cell that is drawn anew in its place. Made by {@link drawInPlace}. */
export interface InPlace {
  /** Draws a value in place of the last one; a chart as a still picture, which does not flicker. */
  update(value: unknown): Promise<void>;
  /** Draws the last value, with all its forms: a chart is interactive then. */
  finish(value: unknown): Promise<void>;
}

/**
 * Opens an output in the running cell whose content changes: a chart that follows a stream. A
 * report shows its last state. Outside a notebook only the last value is printed.
 *
 * @example
 * ```ts
 * const picture = drawInPlace();
 * for await (const now of wb.live({ for: "1m" })) await picture.update(liveChart(now, wb.dataset));
 * ```
 */
export function drawInPlace(): InPlace {
  const id = randomUUID();
  let drawn = false;
  const write = (bundle: MimeBundle): boolean => {
    const writer = kernelWriter();
    writer?.({ data: bundle, metadata: {}, transient: { display_id: id } }, drawn);
    drawn = true;
    return writer !== undefined;
  };
  return {
    async update(value) {
      if (kernelWriter() === undefined) return;
      write(isDrawable(value) ? await stillBundle(value) : await fullBundle(value));
    },
    async finish(value) {
      const bundle = await fullBundle(value);
      if (!write(bundle)) process.stdout.write(`${bundle["text/plain"]}\n`);
    },
  };
}

/** A chart, by shape. */
interface Drawable {
  description: string;
  toSvg(): Promise<string>;
}

function isDrawable(value: unknown): value is Drawable {
  return typeof value === "object" && value !== null && "toSvg" in value && "description" in value;
}

async function stillBundle(chart: Drawable): Promise<MimeBundle> {
  return { "image/svg+xml": await chart.toSvg(), "text/plain": chart.description };
}

async function fullBundle(value: unknown): Promise<MimeBundle> {
  return isDisplayable(value) ? value.mimeBundle() : bundleOf(value);
}
