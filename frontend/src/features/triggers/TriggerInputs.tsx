import { Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Field } from "@/forms/SchemaForm";
import { titleOf } from "@/forms/shape";
import { TYPED, ValuesContext } from "@/forms/values";
import type { Json, JsonRecord, Schema } from "@/graph";
import classes from "./triggers.module.css";

export type Bindings = Record<string, JsonRecord>;
/** Something that a trigger knows, by the path that reads it. */
export type Source = { path: string; label: string };

type Props = { schema: Schema; sources: Source[]; value: Bindings; onChange: (value: Bindings) => void };

const FIXED = "value";
const NOTHING = "";

/** What each field of the workflow's form gets when the trigger starts it: a value, or something that it knows. */
export function TriggerInputs({ schema, sources, value, onChange }: Props) {
  const { t } = useTranslation();
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  if (fields.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("triggers.inputs.none")}
      </Text>
    );
  const set = (name: string, binding: JsonRecord | null): void => {
    const { [name]: _, ...others } = value;
    onChange(binding === null ? others : { ...value, [name]: binding });
  };
  return (
    <ValuesContext value={TYPED}>
      <Stack gap="md">
        {fields.map(([name, field]) => {
          const binding = value[name];
          const way = wayOf(binding);
          const known = sources.some((each) => each.path === way) || way === FIXED || way === NOTHING;
          return (
            <div key={name} className={classes.input} data-field={`inputs.${name}`}>
              <Select
                label={titleOf(field, name)}
                description={required.includes(name) ? undefined : t("triggers.inputs.optional")}
                allowDeselect={false}
                placeholder={t("triggers.inputs.choose")}
                data={[
                  ...(required.includes(name) ? [] : [{ value: NOTHING, label: t("triggers.inputs.nothing") }]),
                  { value: FIXED, label: t("triggers.inputs.fixed") },
                  ...sources.map((each) => ({ value: each.path, label: each.label })),
                  ...(known ? [] : [{ value: way, label: t("triggers.inputs.formula", { text: way }) }]),
                ]}
                value={required.includes(name) && way === NOTHING ? null : way}
                onChange={(next) => next !== null && set(name, bindingOf(next, binding))}
              />
              {way === FIXED && (
                <Field
                  name={name}
                  schema={{ ...field, title: t("triggers.inputs.value") }}
                  root={schema}
                  value={(binding?.value ?? undefined) as Json | undefined}
                  isRequired
                  onChange={(next) => set(name, { value: next ?? null })}
                  path={`inputs.${name}.value`}
                />
              )}
            </div>
          );
        })}
      </Stack>
    </ValuesContext>
  );
}

/** How a field is bound: `value`, a path, a formula as it is written, or nothing. */
function wayOf(binding: JsonRecord | undefined): string {
  if (!binding) return NOTHING;
  if ("value" in binding) return FIXED;
  const from = binding.from;
  if (typeof from === "string") return from;
  return Array.isArray(from) ? from.join(", ") : String(binding.expr ?? binding.template ?? "");
}

function bindingOf(way: string, before: JsonRecord | undefined): JsonRecord | null {
  if (way === NOTHING) return null;
  if (way === FIXED) return before && "value" in before ? before : { value: null };
  return wayOf(before) === way && before ? before : { from: way };
}
