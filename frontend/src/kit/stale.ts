import { useQueryClient } from "@tanstack/react-query";

/** Says that everything read under these addresses is old, and waits until what is shown is read again. */
export function useStale(...addresses: string[]): () => Promise<void> {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => addresses.some((address) => String(queryKey[1]).startsWith(address)),
    });
}
