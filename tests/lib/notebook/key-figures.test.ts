import { describe, expect, it } from "vitest";
import { keyFigures } from "../../../src/lib/notebook/key-figures";

describe("key figures", () => {
  it.each([
    [1234567, "1,234,567"],
    [0.25, "0.3"],
    [9007199254740993n, "9,007,199,254,740,993"],
    ["12:03:44", "12:03:44"],
    [{ seconds: 9000 }, "2.5 hours"],
    [{ seconds: null }, "–"],
    [{ seconds: undefined }, "–"],
    [null, "–"],
    [undefined, "–"],
    [NaN, "–"],
  ])("%o reads %s", async (value, text) => {
    const bundle = await keyFigures({ Events: value }).mimeBundle();
    expect(bundle["text/plain"]).toBe(`Events: ${text}`);
    expect(bundle["text/html"]).toContain(`<bdi>${text}</bdi>`);
  });

  it("are text, whatever they hold", async () => {
    const attack = `<img src=x onerror="alert(1)">\u202e`;
    const html = String((await keyFigures({ [attack]: attack }).mimeBundle())["text/html"]);
    expect(html).not.toContain("<img");
    expect(html).not.toContain("\u202e");
  });
});
