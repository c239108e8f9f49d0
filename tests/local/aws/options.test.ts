import { describe, expect, it } from "vitest";
import { WorkbenchError } from "../../../src/lib/errors";
import { readOptions } from "../../../src/local/aws/options";

const good = ["--port", "4566", "--ministack", "http://127.0.0.1:4567", "--home", "/h"];

describe("readOptions", () => {
  it("reads them", () => {
    const options = readOptions(good);
    expect(options).toMatchObject({ port: 4566, home: "/h" });
    expect(options.ministack.origin).toBe("http://127.0.0.1:4567");
  });

  it.each([
    [good.slice(2), "--port is not given"],
    [["--port", "x", ...good.slice(2)], '--port is "x"'],
    [["--port", "70000", ...good.slice(2)], '--port is "70000"'],
    [["--port", "1", "--ministack", "ftp://x", "--home", "/h"], '--ministack is "ftp://x"'],
    [good.slice(0, 4), "--home is not given"],
    [[...good, "--colour", "red"], "--colour"],
  ])("refuses %j", (args, words) => {
    expect(() => readOptions(args)).toThrow(WorkbenchError);
    expect(() => readOptions(args)).toThrow(words);
  });
});
