import { Button, Group, Stack, Text } from "@mantine/core";
import { Pin, PinOff, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { JsonField } from "@/forms/JsonField";
import type { Json } from "@/graph";
import { announce } from "@/kit/announce";
import { lasting } from "@/kit/dates";
import { type StepError, useFailureWords } from "@/kit/failures";
import { StateWord } from "@/kit/StateWord";
import { Value } from "@/kit/Value";
import { useEditor } from "../editor";
import inspector from "../inspector/Inspector.module.css";
import { nodePathOf } from "../paint";
import classes from "./try.module.css";
import { useTried } from "./useTried";

/** In the inspector: what this step gave when it was last tried, and its pin. */
export function Tried({ path, isLocked = false }: { path: string; isLocked?: boolean }) {
  const { t, i18n } = useTranslation();
  const aim = useEditor((state) => state.aim);
  const pinned = useEditor((state) => state.pins[path]);
  const sample = useEditor((state) => state.samples[path]);
  const run = useTried();
  const step = run?.steps.findLast((each) => nodePathOf(each.path) === path);
  const error = (step?.error ?? null) as StepError | null;
  const words = useFailureWords(error !== null);
  const detail = query.useQuery(
    "get",
    "/api/runs/{run}/steps/{path}",
    { params: { path: { run: run?.id ?? "", path: step?.path ?? "" } } },
    { enabled: step !== undefined && step.ended_at !== null },
  );
  const output = (detail.data?.payload ? detail.data.output : undefined) as Json | undefined;
  const isOuter = !path.includes(".");
  return (
    <section aria-label={t("try.step")} className={classes.tried}>
      <h2 className={inspector.part}>{t("try.step")}</h2>
      {step && (
        <Group gap="xs">
          <StateWord state={step.state} />
          <Text size="sm" c="dimmed">
            {step.ended_at !== null && lasting(Date.parse(step.ended_at) - Date.parse(step.started_at), i18n.language)}
          </Text>
        </Group>
      )}
      {error && <Text size="sm">{words(error).sentence}</Text>}
      {step?.marks.map((mark) => (
        <Text key={mark} size="sm" c="dimmed">
          {mark}
        </Text>
      ))}
      {output !== undefined && <Value value={output} />}
      {!step && !sample && pinned === undefined && (
        <Text size="sm" c="dimmed">
          {t("try.step.none")}
        </Text>
      )}
      {!isLocked && <Pinned path={path} output={output ?? sample?.output} />}
      {isOuter && !isLocked && (
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<Play aria-hidden size={13} />}
            onClick={() => aim({ only: path })}
          >
            {t("try.onlyThis")}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<Play aria-hidden size={13} />}
            onClick={() => aim({ upto: path })}
          >
            {t("try.uptoHere")}
          </Button>
        </Group>
      )}
    </section>
  );
}

/** The pin: an output that stands still while trying, taken from the last run or typed. */
function Pinned({ path, output }: { path: string; output: Json | undefined }) {
  const { t } = useTranslation();
  const pinned = useEditor((state) => state.pins[path]);
  const pin = useEditor((state) => state.pin);
  const [isTyping, setTyping] = useState(false);
  if (pinned === undefined && !isTyping)
    return (
      <Group gap="xs">
        {output !== undefined && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Pin aria-hidden size={13} />}
            onClick={() => {
              pin(path, output);
              announce(t("pin.done"));
            }}
          >
            {t("pin.this")}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => setTyping(true)}>
          {t("pin.type")}
        </Button>
      </Group>
    );
  return (
    <Stack gap="xs" className={classes.pinned}>
      <JsonField
        label={t("pin.output")}
        description={t("pin.why")}
        value={pinned}
        onChange={(value) => pin(path, value)}
      />
      <Button
        size="xs"
        variant="default"
        className={inspector.start}
        leftSection={<PinOff aria-hidden size={13} />}
        onClick={() => {
          pin(path, undefined);
          setTyping(false);
        }}
      >
        {t("pin.remove")}
      </Button>
    </Stack>
  );
}
