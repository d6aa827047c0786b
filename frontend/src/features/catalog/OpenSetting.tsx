import { Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { NodeTemplate } from "@/api/client";
import { helpOf, titleOf } from "@/forms/shape";
import type { Schema } from "@/graph";

type Open = NonNullable<NodeTemplate["source"]["open"]>[string];

/** A setting that teams choose: what they read beside it, and what they may choose from. */
export function OpenSetting({
  name,
  schema,
  value,
  onChange,
}: {
  name: string;
  schema: Schema;
  value: Open;
  onChange: (value: Open) => void;
}) {
  const { t } = useTranslation();
  const title = titleOf(schema, name);
  const isText = schema.type === "string" || Array.isArray(schema.enum);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {title}
      </Text>
      <TextInput
        size="xs"
        label={t("catalog.open.title")}
        aria-label={t("catalog.open.title.of", { field: title })}
        placeholder={title}
        maxLength={200}
        value={value.title ?? ""}
        onChange={(event) => onChange({ ...value, title: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        label={t("catalog.open.description")}
        aria-label={t("catalog.open.description.of", { field: title })}
        placeholder={helpOf(schema) ?? t("catalog.anyValue")}
        maxLength={500}
        value={value.description ?? ""}
        onChange={(event) => onChange({ ...value, description: event.currentTarget.value })}
      />
      {isText && (
        <TagsInput
          size="xs"
          label={t("catalog.open.choices")}
          aria-label={t("catalog.open.choices.of", { field: title })}
          placeholder={value.choices?.length ? "" : t("catalog.anyValue")}
          data={Array.isArray(schema.enum) ? schema.enum.map(String) : []}
          value={(value.choices ?? []).map(String)}
          onChange={(choices) => onChange({ ...value, choices })}
        />
      )}
    </Stack>
  );
}
