/** A QR code as one path of an SVG, whose unit is a module: no picture has to be fetched, which the page's policy forbids. */

/** Light all around it, without which readers find no code (ISO/IEC 18004). */
export const MARGIN_MODULES = 4;

/** `rows` are of 1 for dark and 0 for light. */
export function qrPath(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map((dark) => `M${dark.index} ${y}h${dark[0].length}v1h-${dark[0].length}z`),
    )
    .join("");
}
