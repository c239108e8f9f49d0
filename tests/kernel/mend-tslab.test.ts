/** tslab as it comes and as it is mended, each running the same cells. */
import { format } from "node:util";
import { describe, expect, it } from "vitest";
import { loadTslab, mendTslab } from "../../src/kernel/mend-tslab";

interface Ran {
  ok: boolean;
  logged: unknown[];
  complaints: string;
}

type RunCell = (source: string) => Promise<Ran>;

function openKernel(mended: boolean): { run: RunCell; stop: () => void } {
  const [ownConverters, ownExecutors, ts] = loadTslab();
  const converters = { ...ownConverters };
  const executors = { ...ownExecutors };
  if (mended) mendTslab(converters, executors, ts);
  let logged: unknown[] = [];
  let complaints: string[] = [];
  const executor = executors.createExecutor(
    process.cwd(),
    { node: converters.createConverter({ isBrowser: false }) },
    {
      log: (...values) => logged.push(...values),
      error: (...values) => complaints.push(format(...values)),
    },
  );
  return {
    run: async (source) => {
      [logged, complaints] = [[], []];
      const ok = await executor.execute(source);
      return { ok, logged, complaints: complaints.join("\n") };
    },
    stop: () => {
      executor.interrupt();
    },
  };
}

const first = "const double = async (x: number) => 2 * x; const df = 7;";
/** Cells that follow the first one, and what they log. */
const cells: readonly (readonly [string, unknown[]])[] = [
  ["await (double(3))", [6]],
  ["await (await Promise.resolve({ double })).double(4)", [8]],
  ["(await [double(1)]).length", [1]],
  ["for await (const x of [double(5)]) console.log;", []],
  ["({ df })", [{ df: 7 }]],
];

describe("the kernel", () => {
  it("as it comes fails where it is mended: once it does not, the mending can go", async () => {
    const { run } = openKernel(false);
    expect((await run(first)).ok).toBe(true);
    const failed = [];
    for (const [cell] of cells) if (!(await run(cell)).ok) failed.push(cell);
    expect(failed).toEqual(cells.map(([cell]) => cell));
  });

  it("runs every form of await at the top of a cell, and shorthands for what stands above", async () => {
    const { run } = openKernel(true);
    expect(await run(first)).toMatchObject({ ok: true, complaints: "" });
    for (const [cell, logged] of cells) {
      expect(await run(cell)).toEqual({ ok: true, logged, complaints: "" });
    }
    // The type of what was waited for is known.
    await run("const sum = await (double(3));");
    expect((await run("sum.length")).complaints).toContain(
      "'length' does not exist on type 'number'",
    );
    // A cell that does not wait is not made to.
    expect(await run("const f = async () => await (double(1)); df")).toMatchObject({ logged: [7] });
  });

  it("points at a mistake where it was written", async () => {
    const { run } = openKernel(true);
    await run(first);
    expect((await run("const o = { df };\nconst p = { df }; p.lost")).complaints).toBe(
      "2:21 - Property 'lost' does not exist on type '{ df: number; }'.",
    );
  });

  it("says in a few words that a cell was stopped, and tells an error as it is", async () => {
    const { run, stop } = openKernel(true);
    const running = run(
      "await new Promise<void>((resolve) => setTimeout(resolve, 20_000).unref())",
    );
    setTimeout(stop, 100);
    expect(await running).toEqual({ ok: false, logged: [], complaints: "the cell was stopped" });
    expect((await run("await Promise.reject(new Error('of its own'))")).complaints).toContain(
      "of its own",
    );
  });
});
