import { Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import type { components } from "@/api/schema";
import { inZone, type Settings } from "./scheduleWords";
import classes from "./triggers.module.css";

type Preview = components["schemas"]["PreviewView"];

/** The next five times as the server counts them, and what is wrong with the settings. */
export function usePreview(settings: Settings): Preview | undefined {
  const [asked] = useDebouncedValue(settings, 250);
  const { data } = query.useQuery(
    "post",
    "/api/schedules/preview",
    { body: { settings: asked } },
    { placeholderData: (before) => before, staleTime: 0 },
  );
  return data;
}

/** The next five times, by the clocks of the schedule's zone. */
export function ScheduleNext({ preview, settings }: { preview: Preview | undefined; settings: Settings }) {
  const { t, i18n } = useTranslation();
  return (
    <section className={classes.next} aria-label={t("triggers.next")} aria-live="polite">
      <Text size="sm" fw={600}>
        {t("triggers.next")}
      </Text>
      {preview && preview.next.length > 0 ? (
        <ol className={classes.times}>
          {preview.next.map((moment) => (
            <li key={moment}>
              <time dateTime={moment}>
                {inZone(moment, { ...settings, zone: preview.zone ?? "UTC" }, i18n.language)}
              </time>
            </li>
          ))}
        </ol>
      ) : (
        <Text size="sm" c="dimmed">
          {t("triggers.next.none")}
        </Text>
      )}
    </section>
  );
}
