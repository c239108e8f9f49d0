import { randomUUID } from "node:crypto";
import type { ProgressUpdate } from "../effects";
import { escapeHtml, textOnly } from "./html";
import { kernelWriter } from "./kernel";
import { formatBytes, formatCount } from "./figures";

/** Shorter steps show nothing: what flashes up and goes only disturbs. */
const showAfterMs = 700;
/** How often the output is drawn anew. */
const redrawMs = 200;

/** A progress display in the running cell. */
export interface NotebookProgress {
  update: (update: ProgressUpdate) => void;
  /** Draws the last state, or an empty output where the steps left nothing worth keeping. */
  finish: (summary?: string) => void;
}

interface Step {
  update: ProgressUpdate;
  startedMs: number;
  endedMs: number;
}

/**
 * Draws the progress of long steps in one output of the cell, in place, a line a step: state, elapsed
 * time, figures, and a bar where the fraction is known. The output carries the metadata
 * `{"workbench": {"progress": true}}`, so that an export can leave it out.
 *
 * @param now - milliseconds since 1970
 */
export function notebookProgress(now: () => number): NotebookProgress {
  const displayId = randomUUID();
  const steps = new Map<string, Step>();
  const startedMs = now();
  let drawnMs = -Infinity;
  let drawn = false;

  const draw = (html: string, text: string): void => {
    kernelWriter()?.(
      {
        data: { "text/html": html, "text/plain": text },
        metadata: { workbench: { progress: true } },
        transient: { display_id: displayId },
      },
      drawn,
    );
    drawn = true;
  };
  const drawSteps = (done: boolean): void => {
    const lines = [...steps.values()];
    const html = lines.map((step, at) => stepHtml(step, done || at < lines.length - 1)).join("");
    draw(html, lines.map(stepText).join("\n"));
  };
  return {
    update(update) {
      const step = steps.get(update.step);
      const changed = step?.update.state !== update.state;
      steps.set(update.step, { update, startedMs: step?.startedMs ?? now(), endedMs: now() });
      if (now() - startedMs < showAfterMs) return;
      if (!changed && now() - drawnMs < redrawMs) return;
      drawnMs = now();
      drawSteps(false);
    },
    finish(summary) {
      if (summary !== undefined) draw(lineHtml(summary), summary);
      else if (drawn) drawSteps(true);
    },
  };
}

const bar = "display:inline-block;width:160px;height:8px;border-radius:4px;margin-right:8px;";

function stepHtml(step: Step, done: boolean): string {
  const { fraction } = step.update;
  if (fraction === undefined || done) return lineHtml(stepText(step));
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    `<div class="${textOnly}"><span role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100" ` +
    `style="${bar}background:linear-gradient(to right,#0072B2 ${percent}%,#8885 ${percent}%)"></span>` +
    `${escapeHtml(stepText(step))}</div>`
  );
}

function lineHtml(text: string): string {
  return `<div class="${textOnly}" style="opacity:.8">${escapeHtml(text)}</div>`;
}

/** `etl RUNNING · 00:42 · rows 1,913` */
function stepText({ update, startedMs, endedMs }: Step): string {
  const parts = [`${update.step} ${update.state}`, formatElapsed(endedMs - startedMs)];
  for (const [name, value] of Object.entries(update.figures ?? {})) {
    parts.push(formatFigure(name, value));
  }
  if (update.fraction !== undefined) parts.push(`${Math.floor(update.fraction * 100)} %`);
  return parts.join(" · ");
}

function formatFigure(name: string, value: number | string): string {
  if (typeof value === "string") return `${name} ${value}`;
  if (/bytes$/i.test(name))
    return `${formatBytes(value)} ${words(name.replace(/bytes$/i, ""))}`.trim();
  return `${formatCount(value)} ${words(name)}`;
}

/** `dataScanned` → "data scanned" */
function words(name: string): string {
  return name
    .replaceAll(/([A-Z])/g, " $1")
    .replaceAll("_", " ")
    .toLowerCase()
    .trim();
}

function formatElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
