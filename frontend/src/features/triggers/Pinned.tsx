import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

type Props = {
  /** The version that is live; null: none is. */
  live: number | null;
  /** The version to which it is held as it is kept. */
  kept?: number | null;
  value: number | null;
  /** What comes of it. */
  why?: string;
  onChange: (value: number | null) => void;
};

/** What a trigger that is opened holds to: a version that is no longer live cannot be held to any more. */
export const heldTo = (kept: number | null, live: number | null): number | null => (kept === live ? kept : null);

/** Whether a trigger starts whichever version is live, or only the one that is live now. */
export function Pinned({ live, kept = null, value, why, onChange }: Props) {
  const { t } = useTranslation();
  if (live === null) return null;
  const isGone = kept !== null && kept !== live;
  return (
    <Switch
      label={t("triggers.pinned", { number: live })}
      description={isGone ? t("triggers.pinned.gone", { kept, number: live }) : (why ?? t("triggers.pinned.why"))}
      checked={value === live}
      onChange={(event) => onChange(event.currentTarget.checked ? live : null)}
    />
  );
}
