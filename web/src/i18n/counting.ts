/** Forms of a word for a count, in languages that have one for one and another for all others, as English and German. */

export function plural(count: number, one: string, other: string): string {
  return count === 1 ? one : other;
}

export function counted(count: number, one: string, other: string): string {
  return `${count} ${plural(count, one, other)}`;
}
