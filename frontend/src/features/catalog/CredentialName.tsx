import { Autocomplete } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";

/** The credential that calls carry, by its name: one of those there are, or one that will be. */
export function CredentialName({
  why,
  value,
  onChange,
}: {
  why: string;
  value: string;
  onChange: (name: string) => void;
}) {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/credentials");
  const names = (asked.data ?? []).filter(({ state }) => state === "usable").map(({ name }) => name);
  return (
    <Autocomplete
      label={t("catalog.credential")}
      description={why}
      data={[...new Set(names)]}
      value={value}
      onChange={onChange}
    />
  );
}
