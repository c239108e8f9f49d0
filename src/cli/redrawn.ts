/** Text that is written over in place. */
export interface Redrawn {
  draw(text: string): void;
  /** Wipes it, so that something else can be written; the next `draw` begins below that. */
  clear(): void;
}

/** Draws text of several lines on a terminal, each time over the last; it must fit the terminal. */
export function redrawn(stream: { write(text: string): unknown }): Redrawn {
  let lines = 0;
  const home = (): string => (lines > 0 ? `\r\u001b[${lines}A\u001b[J` : "");
  return {
    draw(text) {
      const before = home();
      lines = text.split("\n").length;
      stream.write(`${before}${text}\n`);
    },
    clear() {
      if (lines > 0) stream.write(home());
      lines = 0;
    },
  };
}
