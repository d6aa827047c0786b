/** What detectors marked in a text, cut into pieces that a screen can show. */

export type Mark = { start: number; end: number; kind: string; sentence: string };
export type MarkedPiece = { at: number; text: string; mark: Mark | null };

/** The text in pieces; marks are counted in code points, as the server counts, and where two overlap the first counts. */
export function cutAtMarks(text: string, marks: readonly Mark[]): MarkedPiece[] {
  if (marks.length === 0) return text === "" ? [] : [{ at: 0, text, mark: null }];
  const letters = Array.from(text);
  const pieces: MarkedPiece[] = [];
  let at = 0;
  const take = (end: number, mark: Mark | null): void => {
    if (end > at) pieces.push({ at, text: letters.slice(at, end).join(""), mark });
    at = Math.max(at, end);
  };
  for (const mark of [...marks].sort((one, other) => one.start - other.start || other.end - one.end)) {
    if (mark.start < at) continue;
    take(Math.min(mark.start, letters.length), null);
    take(Math.min(mark.end, letters.length), mark);
  }
  take(letters.length, null);
  return pieces;
}
