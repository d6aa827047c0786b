import { Button, Group, Stack, Text } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { SchemaForm } from "@/forms/SchemaForm";
import { TYPED, ValuesContext } from "@/forms/values";
import type { JsonRecord, Schema } from "@/graph";
import { ButtonLink } from "@/kit/ButtonLink";
import { Card, Page } from "@/kit/Page";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Empty, Failure, Loading } from "@/kit/states";
import classes from "./workflows.module.css";

/** The form of the live version: what is filled in starts a run, and the run is shown. */
export function StartForm() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/inside/workflows/$id/start" });
  const session = useSession();
  const navigate = useNavigate();
  const refresh = useStale("/api/runs");
  const init = { params: { path: { workflow: id } } };
  const form = query.useQuery("get", "/api/workflows/{workflow}/form", init, { retry: false });
  const workflow = query.useQuery("get", "/api/workflows/{workflow}", init);
  const [input, setInput] = useState<JsonRecord>({});
  const fields = useRef<HTMLFormElement>(null);
  const start = query.useMutation("post", "/api/workflows/{workflow}/form", {
    onError: (problem) => focusField(fields.current, problem.field),
    onSuccess: async ({ run }) => {
      await refresh();
      await navigate({ to: "/runs/$id", params: { id: run } });
    },
  });
  if (form.error?.code === "not_startable")
    return (
      <Page title={workflow.data?.name ?? t("start.title")}>
        <Empty
          title={t("start.notLive")}
          action={
            <ButtonLink to="/workflows/$id" params={{ id }} variant="default">
              {t("start.open")}
            </ButtonLink>
          }
        >
          {t("start.notLive.why")}
        </Empty>
      </Page>
    );
  if (form.error) return <Failure error={form.error} onRetry={() => form.refetch()} />;
  if (!form.data || !workflow.data) return <Loading lines={5} />;
  const { name, purpose, version, inputs } = form.data;
  const hasFields = Object.keys((inputs.properties ?? {}) as object).length > 0;
  const mayStart = may(session, "run.start", workflow.data.team.id);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    start.mutate({ ...init, body: { input } });
  };
  return (
    <Page title={name} lead={purpose}>
      <div className={classes.start}>
        <Card>
          <form ref={fields} onSubmit={send} className={classes.form} aria-label={t("start.title")}>
            <Stack gap="lg">
              {hasFields ? (
                <ValuesContext value={{ ...TYPED, team: workflow.data.team.id }}>
                  <SchemaForm schema={inputs as Schema} value={input} onChange={setInput} path="input" />
                </ValuesContext>
              ) : (
                <Text c="dimmed">{t("start.noFields")}</Text>
              )}
              <ProblemAlert error={start.error} />
              <Group justify="space-between">
                <Text size="sm" c="dimmed">
                  {t("start.version", { number: version })}
                </Text>
                <Group gap="xs">
                  <ButtonLink to="/workflows/$id" params={{ id }} variant="default">
                    {t("start.open")}
                  </ButtonLink>
                  {mayStart && (
                    <Button type="submit" loading={start.isPending}>
                      {t("start.do")}
                    </Button>
                  )}
                </Group>
              </Group>
              {!mayStart && (
                <Text size="sm" c="dimmed">
                  {t("start.mayNot")}
                </Text>
              )}
            </Stack>
          </form>
        </Card>
      </div>
    </Page>
  );
}

/** The field that a refusal names, or the nearest one around it. */
function focusField(form: HTMLElement | null, field: string | null | undefined): void {
  const parts = ["input", ...(field ?? "").replace(/^input\./, "").split(".")].filter(Boolean);
  for (let length = parts.length; length > 1; length -= 1) {
    const found = form?.querySelector<HTMLElement>(`[data-field="${CSS.escape(parts.slice(0, length).join("."))}"]`);
    if (!found) continue;
    found.querySelector<HTMLElement>("input, textarea, button")?.focus();
    return;
  }
}
