import { PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CredentialKind } from "@/api/client";

type Props = {
  kind: CredentialKind;
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
};

/** The fields of a kind. What is secret is typed unseen, and leaves this form in one direction only. */
export function SecretFields({ kind, values, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Stack>
      {kind.fields.map((field) => {
        const common = {
          label: t(`credential.field.${field.name}` as "credential.field.token"),
          required: field.required,
          withAsterisk: false,
        };
        const set = (value: string | null): void => onChange({ ...values, [field.name]: value ?? "" });
        const value = values[field.name] ?? "";
        if (field.choices.length > 0)
          return (
            <Select
              key={field.name}
              {...common}
              data={field.choices}
              value={value || null}
              onChange={set}
              clearable={!field.required}
              clearButtonProps={{ "aria-label": t("kit.clear") }}
            />
          );
        const Input = field.secret ? PasswordInput : TextInput;
        return (
          <Input
            key={field.name}
            {...common}
            value={value}
            autoComplete={field.secret ? "new-password" : "off"}
            onChange={(event) => set(event.currentTarget.value)}
          />
        );
      })}
    </Stack>
  );
}
