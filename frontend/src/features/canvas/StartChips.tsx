import { CalendarClock, KeyRound, Webhook } from "lucide-react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { TextLink } from "@/kit/TextLink";

const SIGNS = { schedule: CalendarClock, webhook: Webhook, api: KeyRound };

/** What starts the workflow beside its form, each a link to where it is set. */
export function StartChips({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = query.useQuery("get", "/api/workflows/{workflow}/triggers", { params: { path: { workflow: id } } });
  if (!data || data.items.length === 0) return null;
  return (
    <ul className="chips nodrag nopan" aria-label={t("canvas.chips")}>
      {data.items.map((trigger) => {
        const Sign = SIGNS[trigger.kind];
        return (
          <li key={trigger.id} data-state={trigger.state}>
            <Sign aria-hidden size={12} />
            <TextLink size="xs" to="/workflows/$id/triggers" params={{ id }} title={t(`canvas.chip.${trigger.state}`)}>
              {trigger.name}
            </TextLink>
          </li>
        );
      })}
    </ul>
  );
}
