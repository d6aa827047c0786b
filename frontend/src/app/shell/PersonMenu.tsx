import {
  Avatar,
  Button,
  Popover,
  SegmentedControl,
  Stack,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { api, query } from "@/api/client";
import { useSession } from "@/kit/session";
import { changeLanguage, LANGUAGES, type Language } from "../language";
import classes from "./PersonMenu.module.css";

const SCHEMES = ["light", "dark", "auto"] as const;

/** Who is signed in, their language and colours, and the way out. */
export function PersonMenu() {
  const { t, i18n } = useTranslation();
  const { person, organisation } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = query.useMutation("delete", "/api/session", {
    onSuccess: async () => {
      await navigate({ to: "/sign-in" });
      client.clear();
    },
  });
  const speak = async (language: Language): Promise<void> => {
    await changeLanguage(language);
    // Mails and other browsers speak it too; that it could not be kept there is no reason to stop here.
    await api.PATCH("/api/session/person", { body: { language } });
  };
  return (
    <Popover position="top-start" width={264} trapFocus shadow="md">
      <Popover.Target>
        <UnstyledButton className={classes.person}>
          <Avatar size={26} radius="xl" color="accent" name={person.name} aria-hidden />
          <span className={classes.name} data-word>
            {person.name}
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("person.label")}>
        <Stack gap="sm">
          <div>
            <Text size="sm" fw={600}>
              {person.name}
            </Text>
            <Text size="xs" c="dimmed">
              {organisation ? `${person.email} · ${organisation}` : person.email}
            </Text>
          </div>
          <div>
            <Text size="xs" c="dimmed" id="language-label" mb={4}>
              {t("person.language")}
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="language-label"
              value={i18n.language}
              onChange={(value) => speak(value as Language)}
              data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
            />
          </div>
          <div>
            <Text size="xs" c="dimmed" id="scheme-label" mb={4}>
              {t("person.scheme")}
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="scheme-label"
              value={colorScheme}
              onChange={(value) => setColorScheme(value as (typeof SCHEMES)[number])}
              data={SCHEMES.map((value) => ({ value, label: t(`person.scheme.${value}`) }))}
            />
          </div>
          <Button
            variant="default"
            leftSection={<LogOut aria-hidden size={16} />}
            loading={leave.isPending}
            onClick={() => leave.mutate({})}
          >
            {t("person.signOut")}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
