import { ActionIcon, CopyButton, Stack, TextInput } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import { announce } from "@/kit/announce";
import { Card, Part } from "@/kit/Page";

/** The addresses that the provider has to know of. */
export function KnownThere({ back, logout }: { back: string; logout: string }) {
  const { t } = useTranslation();
  return (
    <Part title={t("identity.there")} why={t("identity.there.why")}>
      <Card padded>
        <Stack>
          <Address label={t("identity.back")} why={t("identity.back.why")} value={back} />
          <Address label={t("identity.logout")} why={t("identity.logout.why")} value={logout} />
        </Stack>
      </Card>
    </Part>
  );
}

function Address({ label, why, value }: { label: string; why: string; value: string }) {
  const { t } = useTranslation();
  return (
    <TextInput
      label={label}
      description={why}
      value={value}
      readOnly
      onFocus={(event) => event.currentTarget.select()}
      rightSection={
        <CopyButton value={value} timeout={3000}>
          {({ copied, copy }) => (
            <ActionIcon
              aria-label={`${t("kit.copy")}: ${label}`}
              onClick={() => {
                copy();
                announce(t("kit.copied"));
              }}
            >
              {copied ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
            </ActionIcon>
          )}
        </CopyButton>
      }
    />
  );
}
