import { ActionIcon, Button, Group, Popover, Stack, Text } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/pending";
import { BindingField } from "@/forms/BindingField";
import { OfferList } from "@/forms/OfferList";
import { titleOf } from "@/forms/shape";
import { type Binding, graphAt, idFrom, nameOf, placeOf, type Schema, setBinding } from "@/graph";
import { useEditor, useOffers } from "../editor";
import classes from "./Inspector.module.css";

/** What a step reads: the fields of its type, or any number of named values where they are free. */
export function NodeInputs({ path }: { path: string }) {
  const { t } = useTranslation();
  const { place, id } = placeOf(path);
  const graph = useEditor((state) => graphAt(state.history.present, place));
  const type = useEditor((state) => state.palette.get(graph?.nodes[id]?.type ?? ""));
  const node = graph?.nodes[id];
  if (!graph || !node) return null;
  const inputs = node.inputs ?? {};
  const known = (type?.input?.properties ?? {}) as Record<string, Schema>;
  const required = Array.isArray(type?.input?.required) ? type.input.required.map(String) : [];
  const names = [...new Set([...Object.keys(known), ...Object.keys(inputs)])];
  const isFree = type?.free ?? false;
  return (
    <section aria-label={t("inspector.inputs")}>
      <Stack gap="sm">
        <h2 className={classes.part}>{t("inspector.inputs")}</h2>
        {names.map((name) => (
          <Input
            key={name}
            path={path}
            name={name}
            schema={known[name] ?? {}}
            binding={inputs[name]}
            isRequired={required.includes(name)}
            isFree={!(name in known)}
          />
        ))}
        {isFree && names.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("inspector.inputs.none")}
          </Text>
        )}
        {isFree && <AddInput path={path} taken={names} />}
      </Stack>
    </section>
  );
}

type InputProps = {
  path: string;
  name: string;
  schema: Schema;
  binding: Binding | undefined;
  isRequired: boolean;
  isFree: boolean;
};

function Input({ path, name, schema, binding, isRequired, isFree }: InputProps) {
  const { t } = useTranslation();
  const { place, id } = placeOf(path);
  const offers = useOffers(path, name);
  const act = useEditor((state) => state.act);
  const what = useEditor((state) => nameOf(graphAt(state.history.present, place) ?? state.history.present, id));
  const set = (next: Binding | null): void =>
    act("bind", what, (workflow) => setBinding(workflow, place, id, name, next), `${path} inputs.${name}`);
  const field = (
    <BindingField
      name={name}
      label={titleOf(schema, name)}
      schema={schema}
      binding={binding}
      offers={offers}
      isRequired={isRequired}
      path={`inputs.${name}`}
      // A free input without a value is still an input: it is taken away by its own button.
      onChange={(next) => set(next ?? (isFree ? { value: "" } : null))}
    />
  );
  if (!isFree) return field;
  return (
    <Group gap={2} wrap="nowrap" align="end">
      <div className={classes.grow}>{field}</div>
      <ActionIcon size={36} aria-label={t("fields.remove", { name })} onClick={() => set(null)}>
        <Trash2 aria-hidden size={15} />
      </ActionIcon>
    </Group>
  );
}

function AddInput({ path, taken }: { path: string; taken: string[] }) {
  const { t } = useTranslation();
  const { place, id } = placeOf(path);
  const [isOpen, setOpen] = useState(false);
  const offers = useOffers(path, "*");
  const act = useEditor((state) => state.act);
  const add = (offer: Offer): void => {
    setOpen(false);
    const name = idFrom(offer.path.split(".").at(-1) ?? "", taken, "value");
    act("bind", name, (workflow) => setBinding(workflow, place, id, name, { from: offer.path }));
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={340} trapFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          className={classes.start}
          leftSection={<Plus aria-hidden size={14} />}
          onClick={() => setOpen((was) => !was)}
        >
          {t("inspector.addValue")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={t("form.insertValue")}>
        <OfferList offers={offers} onTake={add} />
      </Popover.Dropdown>
    </Popover>
  );
}
