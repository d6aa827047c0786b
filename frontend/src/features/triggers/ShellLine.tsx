import { Button, Code, CopyButton, Group } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "@/kit/announce";

/** A line for a terminal, to be copied; what else can be done stands beside that. */
export function ShellLine({ name, line, children }: { name: string; line: string; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      <Code block tabIndex={0} aria-label={name}>
        {line}
      </Code>
      <Group gap="xs">
        <CopyButton value={line} timeout={3000}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              size="xs"
              leftSection={copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
              onClick={() => {
                copy();
                announce(t("kit.copied"));
              }}
            >
              {copied ? t("kit.copied") : t("kit.copy")}
            </Button>
          )}
        </CopyButton>
        {children}
      </Group>
    </>
  );
}
