import { NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { useSession } from "@/kit/session";
import classes from "./RunList.module.css";

export type RunSearch = {
  team?: string;
  workflow?: string;
  /** Of the workflow: what started the run. */
  trigger?: string;
  state?: string;
  mode?: string;
  since?: string;
  q?: string;
};

const STATES = [
  "running",
  "waiting",
  "succeeded",
  "failed",
  "refused",
  "cancelled",
  "quarantined",
  "queued",
  "ready",
] as const;
const MODES = ["live", "dry"] as const;
const SINCE = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const;

const isSince = (word: string | undefined): word is keyof typeof SINCE =>
  word !== undefined && Object.hasOwn(SINCE, word);

/** The moment that `day` means now, to the minute. */
export const momentOf = (since: string | undefined, now: number = Date.now()): string | null =>
  isSince(since) ? new Date(Math.floor((now - SINCE[since]) / 60_000) * 60_000).toISOString() : null;

export const isFiltered = (search: RunSearch): boolean => Object.values(search).some(Boolean);

/** What is shown, as the address says it: a link shows others the same. */
export function Filters({ search }: { search: RunSearch }) {
  const { t } = useTranslation();
  const { teams } = useSession();
  const navigate = useNavigate();
  const workflows = query.useQuery("get", "/api/workflows", { params: { query: { size: 100 } } });
  const triggers = query.useQuery(
    "get",
    "/api/workflows/{workflow}/triggers",
    { params: { path: { workflow: search.workflow ?? "" } } },
    { enabled: Boolean(search.workflow) },
  );
  const started = (triggers.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  if (search.trigger && !started.some(({ value }) => value === search.trigger))
    started.push({ value: search.trigger, label: t("runs.trigger.gone") });
  const set = (change: RunSearch): void => {
    // A trigger is one of its workflow.
    const within = "workflow" in change ? { trigger: undefined } : {};
    const next = Object.fromEntries(Object.entries({ ...search, ...within, ...change }).filter(([, value]) => value));
    navigate({ to: "/runs", search: next, replace: true });
  };
  const seek = useDebouncedCallback((q: string) => set({ q }), 300);
  const choice = (name: keyof RunSearch, label: string, all: string, data: { value: string; label: string }[]) => (
    <NativeSelect
      aria-label={label}
      className={classes.choice}
      value={search[name] ?? ""}
      data={[{ value: "", label: all }, ...data]}
      onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
    />
  );
  return (
    <search className={classes.filters}>
      <TextInput
        key={search.q === undefined ? "empty" : "kept"}
        aria-label={t("runs.search")}
        placeholder={t("runs.search")}
        leftSection={<Search aria-hidden size={16} />}
        defaultValue={search.q ?? ""}
        className={classes.search}
        onChange={(event) => seek(event.currentTarget.value)}
      />
      {choice(
        "state",
        t("runs.state"),
        t("runs.state.all"),
        STATES.map((value) => ({ value, label: t(`run.${value}`) })),
      )}
      {choice(
        "workflow",
        t("runs.workflow"),
        t("runs.workflow.all"),
        (workflows.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
      )}
      {started.length > 0 && choice("trigger", t("runs.trigger"), t("runs.trigger.all"), started)}
      {teams.length > 1 &&
        choice(
          "team",
          t("runs.team"),
          t("runs.team.all"),
          teams.map(({ id, name }) => ({ value: id, label: name })),
        )}
      {choice(
        "mode",
        t("runs.mode"),
        t("runs.mode.all"),
        MODES.map((value) => ({ value, label: t(`runs.mode.${value}`) })),
      )}
      {choice(
        "since",
        t("runs.since"),
        t("runs.since.all"),
        (Object.keys(SINCE) as (keyof typeof SINCE)[]).map((value) => ({ value, label: t(`runs.since.${value}`) })),
      )}
    </search>
  );
}
