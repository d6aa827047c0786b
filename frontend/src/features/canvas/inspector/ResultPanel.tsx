import { ActionIcon, Button, Group, Popover, Stack, Text } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/pending";
import { BindingField } from "@/forms/BindingField";
import { OfferList } from "@/forms/OfferList";
import { idFrom, setResult } from "@/graph";
import { RESULT, useEditor, useOffers } from "../editor";
import classes from "./Inspector.module.css";

/** What a run gives back. */
export function ResultPanel() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const result = useEditor((state) => state.history.present.result);
  const act = useEditor((state) => state.act);
  const offers = useOffers(RESULT, "*");
  const add = (offer: Offer): void => {
    setOpen(false);
    const name = idFrom(offer.path.split(".").at(-1) ?? "", Object.keys(result), "value");
    act("result", name, (workflow) => setResult(workflow, [], name, { from: offer.path }));
  };
  return (
    <Stack gap="md" className={classes.body}>
      <h2 className={classes.heading}>{t("editor.result")}</h2>
      <Text size="sm" c="dimmed">
        {t("editor.result.why")}
      </Text>
      {Object.entries(result).map(([name, binding]) => (
        <Group key={name} gap={2} wrap="nowrap" align="end">
          <div className={classes.grow}>
            <BindingField
              name={name}
              label={name.replaceAll("_", " ")}
              schema={{}}
              binding={binding}
              offers={offers}
              path={`result.${name}`}
              onChange={(next) =>
                act(
                  "result",
                  name,
                  (workflow) => setResult(workflow, [], name, next ?? { value: "" }),
                  `result.${name}`,
                )
              }
            />
          </div>
          <ActionIcon
            size={36}
            aria-label={t("fields.remove", { name })}
            onClick={() => act("result", name, (workflow) => setResult(workflow, [], name, null))}
          >
            <Trash2 aria-hidden size={15} />
          </ActionIcon>
        </Group>
      ))}
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
    </Stack>
  );
}
