import { Button, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { LogOut, Settings2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { useSession } from "@/kit/session";
import { Preferences } from "./Preferences";

/** Who is signed in, their language and colours, and the way out. */
export function PersonPanel({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation();
  const { person, organisation } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = query.useMutation("delete", "/api/session", {
    onSuccess: async ({ leave_at }) => {
      if (leave_at) return window.location.assign(leave_at);
      await navigate({ to: "/sign-in" });
      client.clear();
    },
  });
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={600}>
          {person.name}
        </Text>
        <Text size="xs" c="dimmed">
          {organisation ? `${person.email} · ${organisation}` : person.email}
        </Text>
      </div>
      <Preferences />
      <Button
        component={Link}
        to="/settings"
        variant="default"
        leftSection={<Settings2 aria-hidden size={16} />}
        onClick={onLeave}
      >
        {t("person.settings")}
      </Button>
      <Button
        variant="default"
        leftSection={<LogOut aria-hidden size={16} />}
        loading={leave.isPending}
        onClick={() => leave.mutate({})}
      >
        {t("person.signOut")}
      </Button>
    </Stack>
  );
}
