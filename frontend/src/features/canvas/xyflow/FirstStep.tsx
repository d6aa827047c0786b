import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { START, useEditorStore } from "../editor";

/** On a blank canvas: how one begins. */
export function FirstStep() {
  const { t } = useTranslation();
  const store = useEditorStore();
  return (
    <section className="first-step" aria-label={t("canvas.begin")}>
      <strong>{t("canvas.begin")}</strong>
      <ol>
        <li>{t("canvas.begin.start")}</li>
        <li>{t("canvas.begin.steps")}</li>
        <li>{t("canvas.begin.try")}</li>
      </ol>
      <div>
        <Button size="xs" variant="default" onClick={() => store.getState().select([START])}>
          {t("canvas.begin.fields")}
        </Button>
        <Button size="xs" leftSection={<Plus aria-hidden size={14} />} onClick={() => store.getState().pickNext()}>
          {t("list.addFirst")}
        </Button>
      </div>
    </section>
  );
}
