import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { NodeTemplate } from "@/api/client";

const COLOURS = {
  draft: "gray",
  proposed: "accent",
  approved: "accent",
  published: "green",
  deprecated: "yellow",
  revoked: "red",
} as const;

/** Where a version is in its life; what cannot be used now says so. */
export function OfferBadge({ version }: { version: NodeTemplate }) {
  const { t } = useTranslation();
  return (
    <>
      <Badge color={COLOURS[version.state]} variant={version.state === "revoked" ? "outline" : "light"}>
        {t(`catalog.state.${version.state}`)}
      </Badge>
      {version.problem && version.state !== "revoked" && (
        <Badge color="red" variant="light">
          {t("catalog.stopped")}
        </Badge>
      )}
    </>
  );
}
