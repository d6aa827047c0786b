import { Alert, Switch, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { MailX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type KindSetting, query } from "@/api/client";
import { announce } from "@/kit/announce";
import { ProblemAlert } from "@/kit/ProblemAlert";
import { Failure, Loading } from "@/kit/states";
import classes from "./settings.module.css";

/** What I am told, and where. Each switch counts at once. */
export function NoticeSettings() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const asked = query.useQuery("get", "/api/notices/settings");
  const save = query.useMutation("put", "/api/notices/settings", {
    onSuccess: (settings) => {
      client.setQueryData(query.queryOptions("get", "/api/notices/settings").queryKey, settings);
      announce(t("settings.saved"));
    },
  });
  if (asked.error) return <Failure error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  const { kinds, always, email_available: hasMail } = asked.data;
  // What was clicked shows at once; a refusal takes it back.
  const shown = (each: KindSetting): KindSetting =>
    (save.isPending && save.variables.body.kinds.find(({ kind }) => kind === each.kind)) || each;
  const nameOf = (kind: string): string => {
    const say = t as unknown as (key: string, options: { defaultValue: string }) => string;
    return say(`settings.notice.${kind}`, { defaultValue: kind.replaceAll("_", " ") });
  };
  const set = (each: KindSetting, change: Partial<KindSetting>): void =>
    save.mutate({ body: { kinds: [{ ...shown(each), ...change }] } });
  return (
    <>
      <ProblemAlert error={save.error} />
      {!hasMail && (
        <Alert color="gray" icon={<MailX aria-hidden />} mb="sm" title={t("settings.noMail")} id="no-mail">
          {t("settings.noMail.why")}
        </Alert>
      )}
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("settings.notices.kind")}</th>
            <th scope="col" className={classes.choice}>
              {t("settings.notices.here")}
            </th>
            <th scope="col" className={classes.choice}>
              {t("settings.notices.mail")}
            </th>
          </tr>
        </thead>
        <tbody>
          {kinds.map((each) => (
            <tr key={each.kind}>
              <th scope="row">{nameOf(each.kind)}</th>
              <td className={classes.choice}>
                <Switch
                  aria-label={`${nameOf(each.kind)}: ${t("settings.notices.here")}`}
                  disabled={always.includes(each.kind)}
                  checked={shown(each).in_product}
                  onChange={(event) => set(each, { in_product: event.currentTarget.checked })}
                />
                {always.includes(each.kind) && <VisuallyHidden>{t("settings.notices.always")}</VisuallyHidden>}
              </td>
              <td className={classes.choice}>
                <Switch
                  aria-label={`${nameOf(each.kind)}: ${t("settings.notices.mail")}`}
                  aria-describedby={hasMail ? undefined : "no-mail"}
                  disabled={!hasMail}
                  checked={hasMail && shown(each).by_email}
                  onChange={(event) => set(each, { by_email: event.currentTarget.checked })}
                />
                {!hasMail && <VisuallyHidden>{t("settings.noMail")}</VisuallyHidden>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
