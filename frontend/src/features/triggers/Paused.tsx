import { Alert, type AlertProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Trigger } from "./kinds";

type Props = { paused: NonNullable<Trigger["paused"]> } & Pick<AlertProps, "title" | "icon" | "mb">;

/** Why a trigger starts nothing although it is on, and what ends that. */
export function Paused({ paused, ...look }: Props) {
  const { t } = useTranslation();
  const say = t as unknown as (key: string | string[], options?: Record<string, unknown>) => string;
  return (
    <Alert color="yellow" {...look}>
      {say(`triggers.why.${paused.code}`, { defaultValue: paused.sentence, count: 1 })}{" "}
      {say([`triggers.paused.why.${paused.code}`, "triggers.paused.why"])}
    </Alert>
  );
}
