/** The remaining words of the catalogue, for what comes up late on a lean page. `app` says how they are loaded. */

let load: () => Promise<unknown> = async () => undefined;

export function loadWordsBy(loader: () => Promise<unknown>): void {
  load = loader;
}

/** Loads a file together with the words that it says. */
export const withWords = async <File>(file: Promise<File>): Promise<File> => (await Promise.all([file, load()]))[0];
