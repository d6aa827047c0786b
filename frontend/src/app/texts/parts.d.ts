/** A part of a language's catalogue, as `words.ts` cuts it. */
declare module "virtual:words/*" {
  const words: Record<string, string>;
  export default words;
}
