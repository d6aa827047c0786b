import { Button, Modal, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query, type WorkflowRow } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";

/** What a workflow is called, what it is for, and who answers for it. */
export function WorkflowSettings({ row, onClose }: { row: WorkflowRow; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const refresh = useStale("/api/workflows");
  const [name, setName] = useState(row.name);
  const [purpose, setPurpose] = useState(row.purpose);
  const [owner, setOwner] = useState(row.owner?.id ?? null);
  const [deputy, setDeputy] = useState(row.deputy?.id ?? null);
  const maySay = may(session, "publish.do", row.team.id) && may(session, "people.read", row.team.id);
  const change = query.useMutation("patch", "/api/workflows/{workflow}", {
    onSuccess: async () => {
      await refresh();
      announce(t("workflow.settings.saved"));
      onClose();
    },
  });
  const save = (): void =>
    change.mutate({
      params: { path: { workflow: row.id } },
      body: { name: name.trim(), purpose, ...(maySay && { owner, deputy }) },
    });
  return (
    <Modal opened onClose={onClose} title={t("workflow.settings")} size={520}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack>
          <TextInput
            label={t("workflow.name")}
            required
            withAsterisk={false}
            maxLength={200}
            value={name}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label={t("workflow.purpose")}
            description={t("workflow.purpose.why")}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={4000}
            value={purpose}
            onChange={(event) => setPurpose(event.currentTarget.value)}
          />
          {maySay ? (
            <>
              <Person
                label={t("workflow.owner")}
                why={t("workflow.owner.why")}
                row={row}
                value={owner}
                not={deputy}
                onChange={setOwner}
              />
              <Person
                label={t("workflow.deputy")}
                why={t("workflow.deputy.why")}
                row={row}
                value={deputy}
                not={owner}
                onChange={setDeputy}
              />
            </>
          ) : (
            <Text size="sm" c="dimmed">
              {t("workflow.answering", {
                owner: row.owner?.name ?? t("workflow.nobody"),
                deputy: row.deputy?.name ?? t("workflow.nobody"),
              })}
            </Text>
          )}
          <ProblemAlert error={change.error} />
          <Button type="submit" loading={change.isPending}>
            {t("kit.save")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

function Person({
  label,
  why,
  row,
  value,
  not,
  onChange,
}: {
  label: string;
  why: string;
  row: WorkflowRow;
  value: string | null;
  not: string | null;
  onChange: (person: string | null) => void;
}) {
  const { t } = useTranslation();
  const people = query.useQuery("get", "/api/teams/{team}/members", { params: { path: { team: row.team.id } } });
  return (
    <Select
      label={label}
      description={why}
      placeholder={t("workflow.nobody")}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("form.clear", { field: label }) }}
      data={(people.data ?? [])
        .filter((person) => person.id !== not)
        .map((person) => ({ value: person.id, label: person.name }))}
      value={value}
      onChange={onChange}
      error={people.error ? t("problem.broken") : undefined}
    />
  );
}
