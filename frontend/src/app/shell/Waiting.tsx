import { Badge, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";

const COUNTED = 20;

/** How many reviews wait for whoever is signed in; beyond 20 the number says no more. */
export function Waiting() {
  const { t } = useTranslation();
  const asked = query.useQuery("get", "/api/reviews", { params: { query: { whose: "mine", size: COUNTED } } });
  const count = asked.data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Badge size="sm" variant="filled" ml="auto">
      <span aria-hidden>{asked.data?.next ? `${COUNTED}+` : count}</span>
      <VisuallyHidden>{t("nav.waiting", { count })}</VisuallyHidden>
    </Badge>
  );
}
