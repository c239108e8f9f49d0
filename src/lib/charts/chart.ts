import { show, type Displayable, type MimeBundle } from "../notebook/display";
import { noteHtml, noteText, type ChartNote } from "./note";
import { buildPage } from "./page";
import { renderPng, renderSvg } from "./render";
import { forNotebook } from "./frame-spec";
import type { ChartSpec } from "./spec";

/** A chart: a Vega-Lite specification that can be shown and written in several forms. */
export class Chart implements Displayable {
  /** Vega-Lite v5, its data inside. */
  readonly spec: ChartSpec;
  readonly #note: ChartNote;

  constructor(spec: ChartSpec, note: ChartNote = {}) {
    this.spec = spec;
    this.#note = note;
  }

  /** What was found, in a sentence. */
  get title(): string {
    const meta = this.spec["usermeta"];
    return typeof meta === "object" && meta !== null && "title" in meta ? String(meta.title) : "";
  }

  /** The chart in words: what was found, what is drawn, of which data. */
  get description(): string {
    const { description } = this.spec;
    return typeof description === "string" ? description : "A chart";
  }

  /**
   * Shows the chart in the running cell, its query and what it does not tell folded below it;
   * outside a notebook prints its description.
   */
  async show(): Promise<void> {
    await show(this);
  }

  /**
   * One bundle for every reader: interactive in JupyterLab, a picture and text elsewhere.
   *
   * The PNG is not only for readers without SVG: where there is none JupyterLab makes one of each
   * chart, and draws again and again, until the page hangs, where the chart is out of sight and
   * its picture comes out empty.
   */
  async mimeBundle(): Promise<MimeBundle> {
    return {
      "application/vnd.vegalite.v5+json": forNotebook(this.spec),
      "image/svg+xml": await this.toSvg(),
      "image/png": Buffer.from(await this.toPng()).toString("base64"),
      "text/plain": this.description,
    };
  }

  /** The query the chart came from, folded, with what the chart does not tell. */
  footnote(): MimeBundle | undefined {
    const html = noteHtml(this.#note);
    if (html === "") return undefined;
    return { "text/html": html, "text/plain": noteText(this.#note) };
  }

  /** As SVG text. `width` is of the whole picture, in pixels. */
  async toSvg(options: { width?: number } = {}): Promise<string> {
    return renderSvg(this.spec, options.width);
  }

  /** As PNG bytes, at twice the width in pixels. */
  async toPng(options: { width?: number } = {}): Promise<Uint8Array> {
    return renderPng(this.spec, options.width);
  }

  /** As a page of HTML that needs no network: interactive, with its query and its caveat. */
  async toHtml(): Promise<string> {
    return buildPage(this.spec, {
      title: this.title,
      description: this.description,
      noteHtml: noteHtml(this.#note),
    });
  }

  /** A chart left as a cell's last line says how to see it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Chart: ${this.description}\n  → await chart.show() shows it`;
  }
}
