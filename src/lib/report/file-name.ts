import { createHash } from "node:crypto";

/** A parameter that was set from outside, as text. */
export interface SetParameter {
  name: string;
  value: string;
}

/** Longer names are cut; file systems take 255 bytes, and people read less. */
const maxLength = 140;
/** The name of the page that lists the others. */
export const indexFileName = "index.html";

/**
 * The name of a report's file: the notebook's, and the parameters that were set, so that the
 * reports of two repositories do not overwrite each other. A value that had to be changed to be
 * a part of a file's name brings a hash of itself: different values never have the same name, not
 * even where upper and lower case are one.
 *
 * @example
 * ```ts
 * reportFileName("04-repository-report", [{ name: "repo", value: "octo/hello" }]);
 * // "04-repository-report.repo=octo__hello.html"
 * ```
 */
export function reportFileName(notebook: string, set: readonly SetParameter[]): string {
  const words = set.map(({ name, value }) => `.${name.replaceAll("$", "-")}=${namePart(value)}`);
  const whole = `${notebook}${words.join("")}`;
  if (whole.length > maxLength) return `${whole.slice(0, maxLength)}~${hashOf(whole)}.html`;
  // A notebook of that name must not take the place of the list of all.
  return whole.toLowerCase() === "index" ? `${whole}~report.html` : `${whole}.html`;
}

/** A slash is two underscores, for names of repositories; what else is not plain is left out. */
function namePart(value: string): string {
  const plain = value
    .replaceAll("/", "__")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 60);
  const back = plain.replaceAll("__", "/");
  return back === value && !/[A-Z]/.test(value) ? plain : `${plain}~${hashOf(value)}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 8);
}
