/** Keys of a page: single letters that do something, a list of them behind `?`, and a way to switch them off. */

import { Kbd, Modal, Switch, Table, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./keys.module.css";

export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest(
      "input:not([type=checkbox], [type=radio]), textarea, select, [role=dialog], [role=listbox], [role=menu]",
    ) !== null);

/** Whether letters alone may act: some speak to their computer, and a spoken word is many letters (WCAG 2.1.4). */
export const useLettersOn = () => useLocalStorage({ key: "handrail-letters", defaultValue: true });

/** Listens to single keys while nothing is being typed. */
export function useKeys(keys: Keys): void {
  const [isOn] = useLettersOn();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isElsewhere(event.target)) return;
      const act = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [isOn]);
}

/** The keys of this page; `?` opens it, and so does the button that is given. */
export function KeysHelp({ rows }: { rows: readonly { keys: readonly string[]; does: string }[] }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [isOn, setOn] = useLettersOn();
  useKeys({ "?": () => setOpen(true) });
  return (
    <>
      <button type="button" className={classes.help} onClick={() => setOpen(true)}>
        <Kbd aria-hidden>?</Kbd> {t("keys.title")}
      </button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={t("keys.title")}>
        <Table mb="md" verticalSpacing={6} withRowBorders={false}>
          <Table.Tbody>
            {rows.map(({ keys, does }) => (
              <Table.Tr key={does}>
                <Table.Th w={150} scope="row">
                  {keys.map((key) => (
                    <Kbd key={key} mr={4}>
                      {key}
                    </Kbd>
                  ))}
                </Table.Th>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          label={t("keys.on")}
          description={t("keys.on.why")}
          checked={isOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        {!isOn && (
          <Text size="sm" c="dimmed" mt="xs" role="status">
            {t("keys.off")}
          </Text>
        )}
      </Modal>
    </>
  );
}
