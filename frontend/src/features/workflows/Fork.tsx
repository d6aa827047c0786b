import { Button, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";

/** A copy of one's own, which remembers where it came from. */
export function Fork({ row, version, onClose }: { row: WorkflowRow; version?: number; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const refresh = useStale("/api/workflows");
  const teams = session.teams.filter((team) => may(session, "workflow.write", team.id));
  const own = teams.find((team) => team.id === row.team.id) ?? teams[0];
  const [team, setTeam] = useState(own?.id ?? "");
  const [name, setName] = useState(t("fork.name", { name: row.name }).slice(0, 200));
  const create = query.useMutation("post", "/api/workflows", {
    onSuccess: async (made) => {
      await refresh();
      await navigate({ to: "/workflows/$id", params: { id: made.id } });
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("fork.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ body: { team, begin: "fork", workflow: row.id, name, purpose: "", version } });
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {t("fork.why", { name: row.name })}
          </Text>
          <TextInput
            label={t("workflow.name")}
            required
            withAsterisk={false}
            maxLength={200}
            value={name}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {teams.length > 1 && (
            <Select
              label={t("workflow.team")}
              data={teams.map((each) => ({ value: each.id, label: each.name }))}
              value={team}
              onChange={(next) => next && setTeam(next)}
            />
          )}
          <ProblemAlert error={create.error} />
          <Button type="submit" loading={create.isPending}>
            {t("fork.do")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
