import { Kbd, Modal, Switch, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type KeyRow, useLettersOn } from "./keys";

/** What each key does, and the switch that turns single keys off. */
export function KeysDialog({ rows, onClose }: { rows: readonly KeyRow[]; onClose: () => void }) {
  const { t } = useTranslation();
  const [isOn, setOn] = useLettersOn();
  return (
    <Modal opened onClose={onClose} title={t("keys.title")}>
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
  );
}
