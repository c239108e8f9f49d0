/** How a run is asked for; the same for every job. */
export interface RunOptions {
  /** Wait until the run is over. Default: true. */
  wait?: boolean;
  /**
   * What to do where such a run is going already: `join` it (its answer is ours, though it may have
   * begun before the newest objects landed), or `queue`: wait for it, then start one. Default: join.
   */
  whenBusy?: "join" | "queue";
  /**
   * How often a run is started again that ended because its engine went away or had no room. A
   * script's own error is never tried again. Default: 1.
   */
  retries?: number;
  /** The folder with the job's Python files. Default: the installation's `glue/`. */
  scriptsDir?: string;
}
