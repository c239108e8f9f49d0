import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Charts in the notebook that is open in JupyterLab. */
export const notebookCharts = ".jp-RenderedVegaCommon5 svg.marks";

/**
 * The charts' words with their contrast against what is behind the chart, and how far they reach
 * out of their picture. The browser mixes the colours: words may be half transparent.
 */
const readWords = (
  selector: string,
): string => `[...document.querySelectorAll("${selector}")].flatMap((svg) => {
  const grounds = [];
  for (let at = svg; at !== null; at = at.parentElement) {
    grounds.unshift(getComputedStyle(at).backgroundColor);
  }
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colours) => {
    for (const colour of ["white", ...colours]) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = luminance(grounds);
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")]
    // A label that would lie over its neighbour is there, and not seen.
    .filter((text) => getComputedStyle(text).opacity !== "0")
    .filter((text) => text.textContent !== "" && text.getBoundingClientRect().width > 0)
    .map((text) => {
      const { fill, opacity, fillOpacity } = getComputedStyle(text);
      const box = text.getBoundingClientRect();
      const [low, high] = [ground, luminance([...grounds, fill])].sort((a, b) => a - b);
      return {
        text: text.textContent,
        contrast: (high + 0.05) / (low + 0.05),
        isFaint: Number(opacity) * Number(fillOpacity) < 0.9,
        reachesOut: Math.max(frame.left - box.left, box.right - frame.right),
      };
    });
})`;

interface ShownWords {
  text: string;
  contrast: number;
  isFaint: boolean;
  reachesOut: number;
}

/** Every word of every chart can be told from its ground, and stands within its picture. */
export async function expectReadable(page: Page, charts: string): Promise<void> {
  const words = await page.evaluate<ShownWords[]>(readWords(charts));
  expect(words.length).toBeGreaterThan(100);
  // What the Web Content Accessibility Guidelines ask of a text: https://www.w3.org/TR/WCAG22/#contrast-minimum
  const unreadable = words.filter(({ contrast, isFaint }) => contrast < 4.5 || isFaint);
  expect(unreadable).toEqual([]);
  expect(words.filter(({ reachesOut }) => reachesOut > 1)).toEqual([]);
}
