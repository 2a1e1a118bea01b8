/** The name that was most likely meant. */

/** Null when nothing is near: more than a third of the letters would have to change. */
export function suggest(typed: string, names: readonly string[]): string | null {
  const ranked = names.map((name) => ({ name, distance: distance(typed.toLowerCase(), name) }));
  ranked.sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  return best && best.distance <= Math.ceil(best.name.length / 3) ? best.name : null;
}

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row += 1) {
    rows[row] = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const change = one[row - 1] === other[column - 1] ? 0 : 1;
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      (rows[row] as number[])[column] = Math.min(
        cell(row - 1, column) + 1,
        cell(row, column - 1) + 1,
        cell(row - 1, column - 1) + change,
        swapped ? cell(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return cell(one.length, other.length);
}
