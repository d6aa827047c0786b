import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { NodeTemplate } from "@/api/client";
import { titleOf } from "@/forms/shape";
import type { NodeType } from "@/graph";
import classes from "./examples/examples.module.css";
import { fieldsOf, recordIn } from "./examples/form";

type Source = NodeTemplate["source"];
type Gather = NonNullable<Source["gather"]>;
type Place = { target: string; field: string };

const OWN = "";

/** Where each input goes, the other way round than it is kept: input → record and field. */
const placesIn = (gather: Gather): Map<string, Place> =>
  new Map(
    Object.entries(gather).flatMap(([target, parts]) =>
      Object.entries(parts).map(([field, input]): [string, Place] => [input, { target, field }]),
    ),
  );

function gatherOf(places: Map<string, Place>): Gather {
  const made: Gather = {};
  for (const [input, { target, field }] of places) made[target] = { ...made[target], [field]: input };
  return made;
}

/** For each input of the template: whether it is given as it is, or as a field of a record that the node type takes. */
export function GatherField({
  base,
  source,
  onChange,
}: {
  base: NodeType;
  source: Source;
  onChange: (gather: Gather) => void;
}) {
  const { t } = useTranslation();
  const inputs = new Map(fieldsOf(recordIn(source.inputs)));
  const gather = source.gather ?? {};
  const places = placesIn(gather);
  const taken = Object.keys(recordIn(base.input.properties));
  const query = "url" in recordIn(base.config.properties) ? ["query"] : [];
  const targets = [...new Set([...taken, ...query, ...Object.keys(gather)])];
  const names = [...new Set([...inputs.keys(), ...places.keys()])];
  const set = (input: string, place: Place | null): void => {
    const next = new Map(places);
    if (place) next.set(input, place);
    else next.delete(input);
    onChange(gatherOf(next));
  };
  /** A name under which no other input stands in the same record: the second would take the place of the first. */
  const isFree = (input: string, { target, field }: Place): boolean =>
    ![...places].some(([other, place]) => other !== input && place.target === target && place.field === field);
  return (
    <fieldset className={classes.part}>
      <legend>{t("catalog.gather")}</legend>
      <Text size="xs" c="dimmed">
        {t(names.length > 0 ? "catalog.gather.why" : "catalog.gather.none")}
      </Text>
      <Stack gap="sm">
        {names.map((input) => {
          const place = places.get(input);
          const known = inputs.get(input);
          const title = known ? titleOf(known, input) : input;
          return (
            <Group key={input} gap="xs" align="end">
              <Select
                label={title}
                w={260}
                data={[
                  { value: OWN, label: t("catalog.gather.own") },
                  ...targets.map((target) => ({ value: target, label: t("catalog.gather.into", { target }) })),
                ]}
                value={place?.target ?? OWN}
                allowDeselect={false}
                error={known ? undefined : t("catalog.gather.gone")}
                onChange={(target) => set(input, target ? { target, field: place?.field ?? input } : null)}
              />
              {place && (
                <TextInput
                  label={t("catalog.gather.as", { field: title })}
                  value={place.field}
                  onChange={(event) => {
                    const next = { ...place, field: event.currentTarget.value };
                    if (isFree(input, next)) set(input, next);
                  }}
                />
              )}
              {!known && (
                <Button variant="default" onClick={() => set(input, null)}>
                  {t("fields.remove", { name: input })}
                </Button>
              )}
            </Group>
          );
        })}
      </Stack>
    </fieldset>
  );
}
