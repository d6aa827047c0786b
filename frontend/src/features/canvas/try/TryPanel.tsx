import { ActionIcon, Alert, Button, FocusTrap, Group, Select, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Play, X } from "lucide-react";
import { type FormEvent, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { FindingRecord } from "@/api/pending";
import { SchemaForm } from "@/forms/SchemaForm";
import { TYPED, ValuesContext } from "@/forms/values";
import { nameOf, outline, serialiseWorkflow } from "@/graph";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { type Target, useEditor, useEditorStore } from "../editor";
import { FindingList } from "../findings/FindingList";
import classes from "../inspector/Inspector.module.css";
import { TriedRun } from "./TriedRun";

/** Tries the draft, always dry: what it begins with, how far it goes, and what came of it. */
export function TryPanel({ id }: { id: string }) {
  const { t } = useTranslation();
  const aim = useEditor((state) => state.aim);
  const tried = useEditor((state) => state.tried);
  const isSmall = useMediaQuery("(max-width: 900px)") ?? false;
  const close = (): void => aim(null);
  return (
    <FocusTrap active={isSmall}>
      <aside
        className={classes.panel}
        aria-label={t("try.title")}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.defaultPrevented) close();
        }}
      >
        <ActionIcon className={classes.close} size={36} aria-label={t("try.close")} onClick={close}>
          <X aria-hidden size={17} />
        </ActionIcon>
        <div className={classes.scroll}>
          <Stack gap="md" className={classes.body}>
            <div className={classes.head}>
              <h2 className={classes.heading}>{t("try.title")}</h2>
              <Text size="sm" c="dimmed">
                {t("try.why")}
              </Text>
            </div>
            <TryForm id={id} />
            {tried && <TriedRun />}
          </Stack>
        </div>
      </aside>
    </FocusTrap>
  );
}

const keyOf = (target: Target): string =>
  target.only ? `only ${target.only}` : target.upto ? `upto ${target.upto}` : "";

function targetOf(key: string): Target {
  const [way, path] = key.split(" ");
  return path && way === "only" ? { only: path } : path ? { upto: path } : {};
}

function TryForm({ id }: { id: string }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const workflow = useEditor((state) => state.history.present);
  const palette = useEditor((state) => state.palette);
  const owner = query.useQuery("get", "/api/workflows/{workflow}", { params: { path: { workflow: id } } });
  const target = useEditor((state) => state.trying) ?? {};
  const input = useEditor((state) => state.tryInput);
  const setInput = useEditor((state) => state.setTryInput);
  const aim = useEditor((state) => state.aim);
  const begin = query.useMutation("post", "/api/workflows/{workflow}/try", {
    onSuccess: ({ run }) => {
      store.getState().setTried(run);
      announce(t("try.started"));
    },
  });
  const targets = useMemo(() => {
    const rows = outline(workflow, palette).filter((row) => row.place.length === 0);
    const named = (way: "upto" | "only") =>
      rows.map((row) => ({ value: `${way} ${row.path}`, label: t(`try.${way}`, { what: nameOf(workflow, row.id) }) }));
    return [
      { value: "", label: t("try.all") },
      { group: t("try.part"), items: named("upto") },
      { group: t("try.one"), items: named("only") },
    ];
  }, [workflow, palette, t]);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    begin.mutate({
      params: { path: { workflow: id } },
      body: {
        graph: serialiseWorkflow(workflow),
        // Nothing filled in: the server takes what the last run was given, or an example.
        input: Object.keys(input).length > 0 ? input : null,
        ...target,
        pins: store.getState().pins,
        answers: {},
      },
    });
  };
  const findings = begin.error?.params?.findings;
  const hasFields = Object.keys((workflow.inputs.properties ?? {}) as object).length > 0;
  return (
    <form onSubmit={send} noValidate aria-label={t("try.title")}>
      <Stack gap="md">
        <Select
          label={t("try.what")}
          data={targets}
          value={keyOf(target)}
          searchable
          onChange={(key) => aim(targetOf(String(key ?? "")))}
        />
        {hasFields && (
          <Text size="sm" c="dimmed">
            {t("try.empty")}
          </Text>
        )}
        {hasFields && (
          <ValuesContext value={{ ...TYPED, team: owner.data?.team.id }}>
            <SchemaForm schema={workflow.inputs} value={input} onChange={setInput} path="input" />
          </ValuesContext>
        )}
        {Array.isArray(findings) ? (
          <Alert color="red" p="xs" role="alert" title={t("try.refused")}>
            <FindingList findings={findings as FindingRecord[]} onLeave={() => {}} />
          </Alert>
        ) : (
          <ProblemAlert error={begin.error} />
        )}
        <Group>
          <Button type="submit" loading={begin.isPending} leftSection={<Play aria-hidden size={15} />}>
            {t("try.do")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
