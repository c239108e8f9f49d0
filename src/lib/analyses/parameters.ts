import { WorkbenchError } from "../errors";
import type { Analysis, AnalyseOptions, AnalysisParameters, ParameterInfo } from "./analysis";

/** The window back from the newest event. */
export function daysParameter(fallback: number | "all"): ParameterInfo {
  return {
    name: "days",
    meaning: "days back from the newest event, or all",
    default: fallback,
    min: 1,
    max: 36_500,
  };
}

/** How many lines. */
export function limitParameter(fallback: number, meaning: string): ParameterInfo {
  return { name: "limit", meaning, default: fallback, min: 1, max: 1000 };
}

/**
 * Checks the options of a run against what the analysis takes.
 *
 * @throws {@link WorkbenchError} code USAGE naming the parameter, the value and what is allowed
 */
export function checkParameters(analysis: Analysis, options: AnalyseOptions): AnalysisParameters {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !analysis.parameters.some((info) => info.name === name)) {
      throw new WorkbenchError("USAGE", `${analysis.name} has no parameter ${name}`, {
        hint: `it takes ${analysis.parameters.map((info) => info.name).join(" and ")}`,
      });
    }
  }
  const days = read(analysis, "days", options.days);
  return {
    days: days === "all" ? undefined : days,
    limit: Number(read(analysis, "limit", options.limit)),
  };
}

function read(
  analysis: Analysis,
  name: "days" | "limit",
  given: number | "all" | undefined,
): number | "all" {
  const info = analysis.parameters.find((parameter) => parameter.name === name);
  if (info === undefined) return 0;
  const value = given ?? info.default;
  if (value === "all" && name === "days") return value;
  if (
    typeof value !== "number" ||
    !Number.isInteger(value) ||
    value < info.min ||
    value > info.max
  ) {
    throw new WorkbenchError("USAGE", `${name} is ${String(value)}`, {
      hint: `give a whole number from ${info.min} to ${info.max}${name === "days" ? ', or "all"' : ""}`,
    });
  }
  return value;
}
