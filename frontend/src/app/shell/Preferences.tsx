import { SegmentedControl, Text, useMantineColorScheme } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { changeLanguage, LANGUAGES, type Language } from "../language";

const SCHEMES = ["light", "dark", "auto"] as const;

/** Language and colours. */
export function Preferences() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = useId();
  const speak = async (language: Language): Promise<void> => {
    await changeLanguage(language);
    // Mails and other browsers speak it too; that it could not be kept there is no reason to stop here.
    await api.PATCH("/api/session/person", { body: { language } });
  };
  return (
    <>
      <div>
        <Text size="xs" c="dimmed" id={`${label}-language`} mb={4}>
          {t("person.language")}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby={`${label}-language`}
          value={i18n.language}
          onChange={(value) => speak(value as Language)}
          data={Object.entries(LANGUAGES).map(([value, name]) => ({ value, label: name }))}
        />
      </div>
      <div>
        <Text size="xs" c="dimmed" id={`${label}-scheme`} mb={4}>
          {t("person.scheme")}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby={`${label}-scheme`}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as (typeof SCHEMES)[number])}
          data={SCHEMES.map((value) => ({ value, label: t(`person.scheme.${value}`) }))}
        />
      </div>
    </>
  );
}
