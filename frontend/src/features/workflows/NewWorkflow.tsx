import { Button, Group, Modal, Radio, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { may, useSession } from "@/kit/session";
import { useStale } from "@/kit/stale";
import { Failure, Loading } from "@/kit/states";
import { ImportFile } from "./ImportFile";
import classes from "./workflows.module.css";

type Begin = "blank" | "example" | "file";

/** A new workflow: blank, from an example, or from a file. A copy of another is made where that one stands. */
export function NewWorkflow({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const teams = session.teams.filter((team) => may(session, "workflow.write", team.id));
  const [begin, setBegin] = useState<Begin>("blank");
  const [team, setTeam] = useState(teams[0]?.id ?? "");
  return (
    <Modal opened onClose={onClose} title={t("home.newWorkflow")} size={560}>
      <Stack>
        <SegmentedControl
          fullWidth
          aria-label={t("new.begin")}
          value={begin}
          onChange={(next) => setBegin(next as Begin)}
          data={[
            { value: "blank", label: t("new.blank") },
            { value: "example", label: t("new.example") },
            { value: "file", label: t("new.file") },
          ]}
        />
        {teams.length > 1 && (
          <Select
            label={t("workflow.team")}
            data={teams.map((each) => ({ value: each.id, label: each.name }))}
            value={team}
            onChange={(next) => next && setTeam(next)}
          />
        )}
        {begin === "file" ? <ImportFile key={team} team={team} /> : <Make begin={begin} team={team} />}
      </Stack>
    </Modal>
  );
}

function Make({ begin, team }: { begin: "blank" | "example"; team: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refresh = useStale("/api/workflows");
  const [name, setName] = useState("");
  const [example, setExample] = useState<string | null>(null);
  const examples = query.useQuery("get", "/api/examples", {}, { enabled: begin === "example" });
  const create = query.useMutation("post", "/api/workflows", {
    onSuccess: async (made) => {
      await refresh();
      await navigate({ to: "/workflows/$id", params: { id: made.id } });
    },
  });
  const isBlank = begin === "blank";
  const submit = (): void => {
    const named = name.trim();
    if (isBlank) create.mutate({ body: { team, begin, name: named || t("home.newWorkflow.name"), purpose: "" } });
    else if (example) create.mutate({ body: { team, begin, example, name: named || undefined, purpose: "" } });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack>
        {!isBlank && examples.isPending && <Loading />}
        {!isBlank && examples.error && <Failure error={examples.error} onRetry={() => examples.refetch()} />}
        {!isBlank && examples.data && (
          <Radio.Group aria-label={t("new.example")} value={example} onChange={setExample}>
            <div className={classes.examples}>
              {examples.data.map((each) => (
                <Radio.Card key={each.key} value={each.key} className={classes.choice}>
                  <Group gap="sm" wrap="nowrap" align="flex-start">
                    <Radio.Indicator mt={2} />
                    <span>
                      <Text component="span" size="sm" fw={550} display="block">
                        {each.name}
                      </Text>
                      <Text component="span" size="sm" c="dimmed">
                        {each.purpose}
                      </Text>
                    </span>
                  </Group>
                </Radio.Card>
              ))}
            </div>
          </Radio.Group>
        )}
        <TextInput
          label={t("workflow.name")}
          maxLength={200}
          value={name}
          data-autofocus
          placeholder={isBlank ? t("home.newWorkflow.name") : examples.data?.find((each) => each.key === example)?.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ProblemAlert error={create.error} />
        <Button type="submit" loading={create.isPending} disabled={!isBlank && example === null}>
          {t("new.do")}
        </Button>
      </Stack>
    </form>
  );
}
