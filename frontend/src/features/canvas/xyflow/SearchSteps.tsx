import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { graphAt, nameOf, outline } from "@/graph";
import { SearchList } from "@/kit/SearchList";
import { useEditor } from "../editor";

/** Finds a step of what is shown, by its name. */
export function SearchSteps({ onTake, onClose }: { onTake: (path: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const place = useEditor((state) => state.place);
  const palette = useEditor((state) => state.palette);
  const graph = useEditor((state) => graphAt(state.history.present, state.place));
  if (!graph) return null;
  const rows = outline(graph, palette, place).filter((row) => row.place.length === place.length);
  return (
    <Modal opened onClose={onClose} title={t("canvas.search")}>
      <SearchList
        name={t("canvas.search")}
        find={(words) =>
          rows.filter((row) => `${nameOf(graph, row.id)} ${row.id}`.toLowerCase().includes(words.trim().toLowerCase()))
        }
        keyOf={(row) => row.path}
        isOff={() => false}
        onTake={(row) => onTake(row.path)}
        render={(row) => nameOf(graph, row.id)}
        nothing={() => t("connect.nothing")}
      />
    </Modal>
  );
}
