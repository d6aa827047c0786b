import { Textarea } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Json, same } from "@/graph";

/** What is JSON is that; everything else is a text. */
export function readAny(text: string): Json | undefined {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A text stands as it is, unless it would be read as something else. */
export function showAny(value: Json | undefined): string {
  if (value === undefined || value === "") return "";
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  return readAny(value) === value ? value : JSON.stringify(value);
}

/** A value of which nothing is known: a text as it is, or JSON. */
export function AnyField({
  label,
  description,
  value,
  onChange,
}: {
  label: string;
  description?: string;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => showAny(value));
  // A value from elsewhere replaces what was typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what comes from outside counts
  useEffect(() => {
    if (!same(readAny(text) ?? "", value ?? "")) setText(showAny(value));
  }, [value]);
  return (
    <Textarea
      label={label}
      description={description ?? t("catalog.example.any")}
      autosize
      minRows={1}
      maxRows={12}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(readAny(event.currentTarget.value));
      }}
    />
  );
}
