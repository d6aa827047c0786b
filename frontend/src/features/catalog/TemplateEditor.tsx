import { Button, Group, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type NodeTemplate, query } from "@/api/client";
import { FieldsField } from "@/forms/FieldsField";
import { Field } from "@/forms/SchemaForm";
import { plain, titleOf } from "@/forms/shape";
import type { Json, JsonRecord, NodeType, Schema } from "@/graph";
import { Card, Page, Part } from "@/kit/Page";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { TextLink } from "@/kit/TextLink";
import { BoundsFields } from "./BoundsFields";
import classes from "./catalog.module.css";
import { Examples } from "./examples/Examples";
import { fieldsOf } from "./examples/form";
import { OpenSetting } from "./OpenSetting";
import { useBases } from "./offers";
import { ProblemList, Problems } from "./Problems";

type Source = NodeTemplate["source"];
type Base = NodeType & { template: unknown; only_in_templates: boolean };
const KINDS = ["prompt", "tool", "review", "policy"];
const BLANK = { base: "", name: "", title: "", summary: "", fixed: {}, open: {} } as unknown as Source;

/** A new template: which node type, what is fixed, what is open, and an example that must pass. */
export function NewTemplate() {
  return <Form source={BLANK} place={null} />;
}

/** A draft, changed. */
export function EditTemplate() {
  const { id } = useParams({ from: "/inside/catalog/$id/edit" });
  const { version } = useSearch({ from: "/inside/catalog/$id/edit" });
  const path = { template: id, number: version ?? 1 };
  const asked = query.useQuery("get", "/api/node-templates/{template}/versions/{number}", { params: { path } });
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  return <Form source={asked.data.source} place={path} />;
}

function Form({ source: first, place }: { source: Source; place: { template: string; number: number } | null }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = useStale("/api/node-templates");
  const [source, setSource] = useState(first);
  const palette = useBases();
  const open = async (made: NodeTemplate): Promise<void> => {
    await stale();
    await navigate({ to: "/catalog/$id", params: { id: made.id }, search: { version: made.number } });
  };
  const check = query.useMutation("post", "/api/node-templates/check");
  const make = query.useMutation("post", "/api/node-templates", { onSuccess: open });
  const change = query.useMutation("put", "/api/node-templates/{template}/versions/{number}", { onSuccess: open });
  const set = (part: Partial<Source>): void => {
    for (const each of [check, make, change]) each.reset();
    setSource({ ...source, ...part });
  };
  const save = (): void => {
    const body = { source, note: "" };
    if (place) change.mutate({ params: { path: place }, body });
    else make.mutate({ body });
  };
  const types = ((palette.data?.items ?? []) as unknown as Base[]).filter(
    ({ key, kind, template, only_in_templates }) =>
      KINDS.includes(kind) && !template && (!only_in_templates || key === source.base),
  );
  const base = types.find(({ key }) => key === source.base);
  const text = (name: "title" | "name" | "summary") => ({
    label: t(`catalog.field.${name}`),
    description: t(`catalog.field.${name}.why`),
    value: source[name],
    required: true,
    withAsterisk: false,
  });
  return (
    <Page
      narrow
      title={t(place ? "catalog.edit.title" : "catalog.new")}
      lead={<TextLink to="/catalog">{t("catalog.title")}</TextLink>}
    >
      <Stack gap="lg">
        <Problems error={make.error ?? change.error ?? check.error} />
        {palette.error && <Failure error={palette.error} onRetry={() => palette.refetch()} />}
        <Select
          label={t("catalog.base")}
          description={t("catalog.base.why")}
          data={types.map(({ key, title }) => ({ value: key, label: `${title} · ${key}` }))}
          value={source.base || null}
          searchable
          disabled={place !== null}
          onChange={(key) => key && set({ base: key, fixed: {}, open: {} })}
        />
        <TextInput {...text("title")} onChange={(event) => set({ title: event.currentTarget.value })} />
        <TextInput
          {...text("name")}
          disabled={place !== null}
          placeholder={t("catalog.field.name.example")}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Textarea {...text("summary")} autosize onChange={(event) => set({ summary: event.currentTarget.value })} />
        {base && <Settings base={base} source={source} set={set} />}
        {base && (
          <Part title={t("catalog.inputs")} why={t("catalog.inputs.why")}>
            <FieldsField
              label={t("catalog.inputs")}
              value={(source.inputs ?? {}) as JsonRecord}
              // Without any field it takes what the node type takes.
              onChange={(inputs) => set({ inputs: fieldsOf(inputs as Schema).length > 0 ? inputs : null })}
            />
          </Part>
        )}
        {base && (
          <Part title={t("catalog.more")} why={t("catalog.more.why")}>
            <Examples
              base={base}
              source={source}
              problems={check.data?.problems ?? null}
              onChange={(examples) => set({ examples: examples as Source["examples"] })}
            />
          </Part>
        )}
        {base && (
          <Part title={t("catalog.bounds")} why={t("catalog.bounds.why")}>
            <BoundsFields base={base} source={source} set={set} />
          </Part>
        )}
        {check.data && (
          <Card padded>
            <Text fw={600}>
              {t(check.data.problems.length === 0 ? "catalog.sound" : "catalog.unsound", {
                count: check.data.problems.length,
              })}
            </Text>
            <ProblemList problems={check.data.problems} />
          </Card>
        )}
        <Group gap="xs">
          <Button loading={make.isPending || change.isPending} disabled={!base || !source.name} onClick={save}>
            {t("catalog.save")}
          </Button>
          <Button
            variant="default"
            loading={check.isPending}
            disabled={!base}
            onClick={() => check.mutate({ body: { source, note: "" } })}
          >
            {t("catalog.try")}
          </Button>
        </Group>
      </Stack>
    </Page>
  );
}

function Settings({ base, source, set }: { base: Base; source: Source; set: (part: Partial<Source>) => void }) {
  const { t } = useTranslation();
  const fields = Object.entries((base.config.properties ?? {}) as Record<string, Schema>);
  const required = Array.isArray(base.config.required) ? base.config.required.map(String) : [];
  const leave = (name: string): void => {
    const { [name]: _, ...fixed } = source.fixed;
    set({ fixed, open: { ...source.open, [name]: { title: "", description: "", choices: [] } } });
  };
  const fix = (name: string, value: Json | undefined): void => {
    const { [name]: _, ...open } = source.open;
    const { [name]: __, ...fixed } = source.fixed;
    set({ open, fixed: value === undefined ? fixed : { ...fixed, [name]: value } });
  };
  return (
    <Part title={t("catalog.settings")} why={t("catalog.settings.why")}>
      {fields.map(([name, raw]) => {
        const schema = plain(raw, base.config).schema;
        const isOpen = name in source.open;
        return (
          <div key={name} className={classes.setting}>
            {isOpen ? (
              <OpenSetting
                name={name}
                schema={schema}
                value={source.open[name] ?? { title: "", description: "", choices: [] }}
                onChange={(value) => set({ open: { ...source.open, [name]: value } })}
              />
            ) : (
              <Field
                name={name}
                schema={schema}
                root={base.config}
                value={source.fixed[name] as Json | undefined}
                isRequired={required.includes(name)}
                onChange={(value) => fix(name, value)}
                path={`fixed.${name}`}
              />
            )}
            {!(base.only_in_templates && required.includes(name)) && (
              <SegmentedControl
                size="xs"
                aria-label={t("catalog.who", { field: titleOf(schema, name) })}
                value={isOpen ? "open" : "fixed"}
                onChange={(next) => (next === "open" ? leave(name) : fix(name, undefined))}
                data={[
                  { value: "fixed", label: t("catalog.isFixed") },
                  { value: "open", label: t("catalog.isOpen") },
                ]}
              />
            )}
          </div>
        );
      })}
    </Part>
  );
}
