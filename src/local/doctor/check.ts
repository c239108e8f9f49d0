/** One line of `doctor`. */
export interface Check {
  name: string;
  ok: boolean;
  /** What was found, or what is wrong. */
  detail: string;
  /** The command or the setting that mends it; undefined where all is well. */
  fix?: string;
}

/** A check that is passed unless `ok` is false. */
export function check(name: string, ok: boolean, detail: string, fix: string): Check {
  return ok ? { name, ok, detail } : { name, ok, detail, fix };
}
