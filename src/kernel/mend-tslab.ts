import { createRequire } from "node:module";
import type TypeScript from "typescript";
import { type CellPosition, readCell } from "./cell-source";

/** The parts of tslab's modules that are replaced here. */
export interface ConverterModule {
  createConverter: (options?: unknown) => Converter;
}

interface Converter {
  convert: (previousDeclarations: string, source: string) => Conversion;
}

interface Conversion {
  diagnostics: { start: CellPosition; end: CellPosition; fileName?: string }[];
  hasToplevelAwait?: boolean;
}

interface Output {
  log: (...values: unknown[]) => void;
  error: (...values: unknown[]) => void;
}

export interface ExecutorModule {
  createExecutor: (dir: string, converters: unknown, output: Output) => Executor;
}

interface Executor {
  /** Runs a cell; false where it failed. */
  execute: (source: string) => Promise<boolean>;
  interrupt: () => void;
}

/** What tslab throws into a cell that is stopped. */
const stoppedMessage = "Interrupted asynchronously";

/**
 * Mends in tslab what its users would take for their own mistake:
 *
 * - A cell with no `await` but one such as `await (f())`, `await [p]` or `for await` ran as one
 *   without any, and failed with a SyntaxError.
 * - `{ df }` for a variable of an earlier cell failed with a ReferenceError.
 * - A cell that was stopped answered with a stack of the kernel's own calls.
 *
 * tests/kernel tells when a new tslab does one of these by itself.
 */
export function mendTslab(
  converters: ConverterModule,
  executors: ExecutorModule,
  ts: typeof TypeScript,
): void {
  const { createConverter } = converters;
  converters.createConverter = (options) => {
    const converter = createConverter(options);
    const { convert } = converter;
    converter.convert = (previousDeclarations, source) => {
      const { text, awaits, toWritten } = readCell(ts, source);
      const conversion = convert(previousDeclarations, text);
      for (const complaint of conversion.diagnostics) {
        if (complaint.fileName !== undefined) continue;
        complaint.start = toWritten(complaint.start);
        complaint.end = toWritten(complaint.end);
      }
      return awaits ? { ...conversion, hasToplevelAwait: true } : conversion;
    };
    return converter;
  };

  const { createExecutor } = executors;
  executors.createExecutor = (dir, cells, output) =>
    createExecutor(dir, cells, {
      log: output.log,
      error: (...values) => {
        const [error] = values;
        const isStop = error instanceof Error && error.message === stoppedMessage;
        output.error(...(isStop ? ["the cell was stopped"] : values));
      },
    });
}

/** tslab's own modules, the compiler that it has with it among them. */
export function loadTslab(): [ConverterModule, ExecutorModule, typeof TypeScript] {
  const ours = createRequire(__filename);
  const converterPath = ours.resolve("tslab/dist/converter.js");
  const its = createRequire(converterPath);
  return [
    its(converterPath) as ConverterModule,
    its("./executor.js") as ExecutorModule,
    its("@tslab/typescript-for-tslab") as typeof TypeScript,
  ];
}
