import type { Loader, LoggerInterface, View } from "vega";
import type { TopLevelSpec } from "vega-lite";
import { describeError, WorkbenchError } from "../errors";
import { atWidth } from "./frame-spec";
import { useTextWidths } from "./text-width";
import type { ChartSpec } from "./spec";
import { defaultWidth } from "./theme";

/**
 * Draws a chart as SVG, in Node, without a browser. Vega is loaded at the first call.
 *
 * @param width - of the whole picture, in pixels
 */
export async function renderSvg(spec: ChartSpec, width: number = defaultWidth): Promise<string> {
  const vega = await import("vega");
  const { compile } = await import("vega-lite");
  useTextWidths(vega);
  const fixed = atWidth(spec, width) as unknown as TopLevelSpec;
  const view = new vega.View(vega.parse(compileSpec(compile, fixed)), {
    renderer: "none",
    loader: offlineLoader(vega),
  });
  const failures = listenForErrors(view);
  try {
    const svg = await view.toSVG();
    const [failure] = failures;
    if (failure !== undefined) throw cannotDraw(failure);
    return svg;
  } finally {
    view.finalize();
  }
}

/** Draws a chart as PNG, twice as fine as its width in pixels, for sharp text. */
export async function renderPng(
  spec: ChartSpec,
  width: number = defaultWidth,
): Promise<Uint8Array> {
  const svg = await renderSvg(spec, width);
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: 2 },
    font: {
      loadSystemFonts: true,
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
  });
  return image.render().asPng();
}

type Compile = (typeof import("vega-lite"))["compile"];

/** What Vega would only log: it goes on after an error, and draws half a chart. */
function listenForErrors(view: View): unknown[] {
  const failures: unknown[] = [];
  const logger: LoggerInterface = {
    level: ((level?: number) => (level === undefined ? 0 : logger)) as LoggerInterface["level"],
    error(...reasons) {
      failures.push(reasons[0] as unknown);
      return logger;
    },
    warn(...reasons) {
      // Data that could not be fetched is only a warning to Vega.
      if (reasons[0] === "Loading failed") failures.push(reasons.at(-1) as unknown);
      return logger;
    },
    info: () => logger,
    debug: () => logger,
  };
  view.logger(logger);
  return failures;
}

function cannotDraw(reason: unknown): WorkbenchError {
  return new WorkbenchError("INTERNAL", `the chart cannot be drawn: ${describeError(reason)}`, {
    cause: reason,
  });
}

/** Compiles to Vega; Vega-Lite's warnings would land in the cell, its errors are thrown. */
function compileSpec(compile: Compile, spec: TopLevelSpec): ReturnType<Compile>["spec"] {
  const quiet: CompileLogger = {
    level: ((level?: number) => (level === undefined ? 0 : quiet)) as CompileLogger["level"],
    error(...reasons) {
      throw cannotDraw(reasons[0]);
    },
    warn: () => quiet,
    info: () => quiet,
    debug: () => quiet,
  };
  return compile(spec, { logger: quiet }).spec;
}

type CompileLogger = NonNullable<NonNullable<Parameters<Compile>[1]>["logger"]>;

/** A specification drawn here cannot reach files or the network. */
function offlineLoader(vega: typeof import("vega")): Loader {
  const loader = vega.loader();
  const refuse = (address: string): Promise<never> =>
    Promise.reject(new WorkbenchError("USAGE", `a chart loads nothing from outside: ${address}`));
  return Object.assign(loader, { load: refuse, http: refuse, file: refuse });
}
