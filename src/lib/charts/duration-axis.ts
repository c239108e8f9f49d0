/** Durations that people know, for the ticks of the axis, in seconds. */
const landmarks = [
  1,
  10,
  60,
  600,
  3600,
  6 * 3600,
  86_400,
  7 * 86_400,
  30 * 86_400,
  365 * 86_400,
  3650 * 86_400,
];
const landmarkLabel =
  "datum.value < 60 ? datum.value + ' s' : datum.value < 3600 ? datum.value / 60 + ' min' " +
  ": datum.value < 86400 ? datum.value / 3600 + ' h' : datum.value < 31536000 " +
  "? datum.value / 86400 + ' d' : datum.value / 31536000 + ' y'";

/** Nothing is faster than a second on a logarithmic axis: it has no zero. */
export function drawn(seconds: number): number {
  return Math.max(1, seconds);
}

/** From the landmark below the least to the one above the most, so that nothing sits on an edge. */
export function durationDomain(
  pairs: readonly (readonly [low: number, high: number])[],
): [number, number] {
  const least = Math.min(...pairs.map(([low]) => low));
  const most = Math.max(...pairs.map(([, high]) => high));
  const from = landmarks.findLast((mark) => mark < least) ?? 1;
  return [from, landmarks.find((mark) => mark > most) ?? most * 2];
}

/** Scale and axis of a channel that shows seconds, logarithmic, with ticks people know. */
export function durationAxis([from, to]: readonly [number, number]): Record<string, unknown> {
  return {
    scale: { type: "log", domain: [from, to], nice: false },
    axis: {
      values: landmarks.filter((mark) => mark >= from && mark <= to),
      labelExpr: landmarkLabel,
      labelOverlap: "greedy",
      labelSeparation: 8,
    },
  };
}
