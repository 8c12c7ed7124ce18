/** Addresses that the browser itself opens, or keeps answers under: of paths that the gateway's document has. */

import type { paths } from "$gen/schema";

/** Paths that can be read. */
export type Readable = { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths];

type Parameters<Path extends Readable> = paths[Path] extends { get: { parameters: infer All } } ? All : never;
type Pieces<Path extends Readable> =
  Parameters<Path> extends { path: infer Named extends Record<string, string> } ? Named : Record<string, never>;
export type Query<Path extends Readable> =
  Parameters<Path> extends { query?: infer Asked } ? NonNullable<Asked> : never;

/** An address of this origin. What is undefined in the query is left out of it. */
export function addressOf<Path extends Readable>(path: Path, pieces: Pieces<Path>, query?: Query<Path>): string {
  const named: Record<string, string> = pieces;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(named[name] ?? ""));
  const asked = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escaped(String(value))}`],
  );
  return asked.length ? `${filled}?${asked.join("&")}` : filled;
}

/** What addresses of this path look like; its pieces are the groups. */
export function shapeOf(path: Readable): RegExp {
  const fixed = path.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${fixed.join("([^/]+)")}$`);
}

/** A comma parts the values of a list, and is read by people too. */
function escaped(value: string): string {
  return encodeURIComponent(value).replaceAll("%2C", ",");
}
