/** Of a hundred events on the first page, the places that hold something other than a push. */
const othersOnFirstPage = new Set([24, 49, 74]);
const firstPage = 100;

/**
 * Orders the newest events as GitHub lists them: the first page holds the newest pushes and next to
 * nothing else, the pages after it the rest. As newer events come, an event moves towards the end
 * and never back.
 *
 * @param newest - events, the newest first
 */
export function partition(newest: readonly number[], isPush: (index: number) => boolean): number[] {
  const pushes: number[] = [];
  const others: number[] = [];
  for (const index of newest) (isPush(index) ? pushes : others).push(index);
  const first: number[] = [];
  let push = 0;
  let other = 0;
  while (first.length < Math.min(firstPage, newest.length)) {
    const wantsOther = othersOnFirstPage.has(first.length);
    const takesOther = (wantsOther && other < others.length) || push >= pushes.length;
    const index = takesOther ? others[other++] : pushes[push++];
    if (index !== undefined) first.push(index);
  }
  const rest = [...pushes.slice(push), ...others.slice(other)].sort((a, b) => b - a);
  return [...first, ...rest];
}
