import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./audit.module.css";
import { KINDS } from "./kinds";

/** They stand in the address, so that a link shows what I see. */
export function AuditFilters() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/audit" });
  const navigate = useNavigate();
  const set = (name: keyof typeof search, value: string | null): void => {
    const { [name]: _, ...others } = search;
    navigate({ to: "/audit", search: value ? { ...others, [name]: value } : others, replace: true });
  };
  const later = useDebouncedCallback(set, 300);
  // Cleared fields are new fields; until then what is being typed stays where it is.
  const [turn, setTurn] = useState(0);
  const isFiltered = Object.keys(search).length > 0;
  return (
    <search className={classes.filters} aria-label={t("audit.filters")} key={turn}>
      <Select
        label={t("audit.kind")}
        placeholder={t("audit.all")}
        clearable
        searchable
        value={search.kind ?? null}
        onChange={(kind) => set("kind", kind)}
        data={KINDS.map((kind) => ({ value: kind, label: t(`audit.kind.${kind}`) }))}
        clearButtonProps={{ "aria-label": t("form.clear", { field: t("audit.kind") }) }}
      />
      <TextInput
        label={t("audit.who")}
        defaultValue={search.who ?? ""}
        onChange={(event) => later("who", event.currentTarget.value.trim())}
      />
      <TextInput
        label={t("audit.subject")}
        defaultValue={search.subject ?? ""}
        onChange={(event) => later("subject", event.currentTarget.value.trim())}
      />
      <TextInput
        type="date"
        label={t("audit.since")}
        value={search.since ?? ""}
        onChange={(event) => set("since", event.currentTarget.value)}
      />
      {isFiltered && (
        <Button
          variant="default"
          onClick={() => {
            setTurn(turn + 1);
            navigate({ to: "/audit", search: {}, replace: true });
          }}
        >
          {t("audit.clear")}
        </Button>
      )}
    </search>
  );
}
