import { Button, Modal, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { connectProblem, ERROR_PORT, graphAt, nameOf, type Place, portsOf } from "@/graph";
import { announce } from "@/kit/announce";
import { useEditor } from "../editor";

/** Draws an arrow without drawing: from which way out, to which step. What does not fit stays in the list, with why. */
export function ConnectTo({ place, id, onClose }: { place: Place; id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const graph = useEditor((state) => graphAt(state.history.present, place));
  const palette = useEditor((state) => state.palette);
  const connect = useEditor((state) => state.connect);
  const node = graph?.nodes[id];
  const ports = [...portsOf(node, palette), { name: ERROR_PORT, title: t("port.error") }];
  const [port, setPort] = useState(ports[0]?.name ?? ERROR_PORT);
  const [target, setTarget] = useState<string | null>(null);
  if (!graph) return null;
  const targets = Object.keys(graph.nodes)
    .filter((each) => each !== id)
    .map((value) => {
      const problem = connectProblem(graph, { id, port }, value, palette);
      const name = nameOf(graph, value);
      return { value, label: problem ? `${name} — ${t(`connect.${problem}`)}` : name, disabled: problem !== null };
    });
  const draw = (): void => {
    if (target === null) return;
    connect(place, { id, port }, target);
    announce(t("connect.done", { from: nameOf(graph, id), to: nameOf(graph, target) }));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t("connect.what", { what: nameOf(graph, id) })}>
      <Stack>
        <Select
          label={t("connect.port")}
          data={ports.map((each) => ({ value: each.name, label: each.title || each.name }))}
          value={port}
          onChange={(value) => value && setPort(value)}
        />
        <Select
          label={t("connect.target")}
          data={targets}
          value={target}
          onChange={setTarget}
          searchable
          data-autofocus
          nothingFoundMessage={t("connect.nothing")}
        />
        <Button onClick={draw} disabled={target === null}>
          {t("connect.do")}
        </Button>
      </Stack>
    </Modal>
  );
}
