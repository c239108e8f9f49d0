/** The code of a network error (ECONNREFUSED, ENOTFOUND, …), however deep it lies. */
export function findNetworkCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const inner = at instanceof AggregateError ? (at.errors[0] as unknown) : at;
    const code = (inner as { code?: unknown }).code;
    if (typeof code === "string") return code;
  }
  return undefined;
}
