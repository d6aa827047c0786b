import { Button, CopyButton, Group, Input, TextInput } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import { announce } from "./announce";

/** A link that is shown once, to be copied and sent. */
export function CopyLink({ label, description, link }: { label: string; description?: string; link: string }) {
  const { t } = useTranslation();
  return (
    <Input.Wrapper label={label} description={description} labelElement="div">
      <Group gap="xs" wrap="nowrap" mt={6}>
        <TextInput
          aria-label={label}
          value={link}
          readOnly
          flex={1}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={link} timeout={3000}>
          {({ copied, copy }) => (
            <Button
              data-autofocus
              leftSection={copied ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
              onClick={() => {
                copy();
                announce(t("kit.copied"));
              }}
            >
              {copied ? t("kit.copied") : t("kit.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Input.Wrapper>
  );
}
