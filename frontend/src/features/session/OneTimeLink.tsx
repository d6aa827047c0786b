import { Button, Text } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { wordsFor } from "@/kit/problem";
import { useKeepSession } from "@/kit/session";
import { Doorstep } from "./Doorstep";

/** Opening the link does nothing, so that a preview cannot use it up; the button does. */
export function OneTimeLink() {
  const { t } = useTranslation();
  const { token } = useParams({ from: "/link/$token" });
  const navigate = useNavigate();
  const keep = useKeepSession();
  const open = query.useMutation("post", "/api/session/link", {
    onSuccess: (session) => {
      keep(session);
      navigate({ to: "/", replace: true });
    },
  });
  if (open.error) {
    const words = wordsFor(open.error, t);
    return (
      <Doorstep title={t("link.closed")}>
        <Text role="alert">{words.sentence}</Text>
        <Text c="dimmed">{words.wayOut || t("link.closed.wayOut")}</Text>
      </Doorstep>
    );
  }
  return (
    <Doorstep title={t("link.title")}>
      <Text c="dimmed">{t("link.once")}</Text>
      <Button size="md" loading={open.isPending} onClick={() => open.mutate({ body: { token } })} autoFocus>
        {t("link.open")}
      </Button>
    </Doorstep>
  );
}
