import { JsonInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Json, same } from "@/graph";

const show = (value: Json | undefined): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

function read(text: string): { value: Json | undefined; isRight: boolean } {
  if (text.trim() === "") return { value: undefined, isRight: true };
  try {
    return { value: JSON.parse(text) as Json, isRight: true };
  } catch {
    return { value: undefined, isRight: false }; // while it is typed it is no JSON yet
  }
}

/** A value of any shape, as JSON. What is no JSON yet stays on the screen and is not passed on. */
export function JsonField({
  label,
  description,
  value,
  isRequired = false,
  onChange,
}: {
  label: string;
  description?: string;
  value: Json | undefined;
  isRequired?: boolean;
  onChange: (value: Json | undefined) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => show(value));
  const { value: typed, isRight } = read(text);
  // A value from elsewhere (another sample) replaces what was typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what comes from outside counts
  useEffect(() => {
    if (isRight && !same(typed ?? null, value ?? null)) setText(show(value));
  }, [value]);
  return (
    <JsonInput
      label={label}
      description={description}
      required={isRequired}
      withAsterisk={false}
      autosize
      minRows={3}
      maxRows={14}
      ff="monospace"
      value={text}
      error={isRight ? undefined : t("form.noJson")}
      onChange={(next) => {
        setText(next);
        const now = read(next);
        if (now.isRight) onChange(now.value);
      }}
    />
  );
}
