import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { query } from "@/api/client";

/** The workflows to choose from, by what is typed: what a searchable `Select` of them needs. */
export function useWorkflowChoices() {
  const [words, setWords] = useState("");
  const [sought] = useDebouncedValue(words, 250);
  const asked = query.useQuery(
    "get",
    "/api/workflows",
    { params: { query: { size: 100, ...(sought && { q: sought }) } } },
    { placeholderData: (before) => before },
  );
  const data = (asked.data?.items ?? []).map(({ id, name, team }) => ({ value: id, label: `${name} · ${team.name}` }));
  // The one that is chosen stands in the field as if it had been typed.
  const onSearchChange = (text: string): void => setWords(data.some(({ label }) => label === text) ? "" : text);
  return { data, onSearchChange };
}
