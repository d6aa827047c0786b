import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/graph";
import { Card, Part } from "@/kit/Page";
import { TextLink } from "@/kit/TextLink";
import { heldTo, Pinned } from "./Pinned";
import { ShellLine } from "./ShellLine";
import { exampleBody, programLine } from "./webhook/curl";

/** How a program starts the workflow: nothing is set up here, it brings the API token of a person. */
export function FromProgram({ workflow, inputs, live }: { workflow: string; inputs: Schema; live: number | null }) {
  const { t } = useTranslation();
  const [pinned, setPinned] = useState<number | null>(null);
  const address = `${window.location.origin}/api/workflows/${workflow}/runs`;
  return (
    <Part title={t("triggers.program")} why={t("triggers.program.why")}>
      <Card padded>
        <Stack gap="md">
          <ShellLine
            name={t("triggers.program.line")}
            line={programLine({ address, input: exampleBody(inputs), version: heldTo(pinned, live) })}
          >
            <TextLink to="/settings">{t("triggers.program.token")}</TextLink>
          </ShellLine>
          <Pinned live={live} value={pinned} why={t("triggers.pinned.program")} onChange={setPinned} />
          {live === null && (
            <Text size="sm" c="dimmed">
              {t("triggers.program.notLive")}
            </Text>
          )}
        </Stack>
      </Card>
    </Part>
  );
}
