import { Button, Switch } from "@mantine/core";
import { OctagonMinus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { query } from "@/api/client";
import { Card, Page } from "@/kit/Page";
import { Rows } from "@/kit/Rows";
import { may, useSession } from "@/kit/session";
import { Empty, Failure, Loading } from "@/kit/states";
import { HaltForm } from "./HaltForm";
import { HaltRow } from "./HaltRow";

/** What is stopped now, by whom and why; and what was. */
export function Halts() {
  const { t } = useTranslation();
  const session = useSession();
  const mayWrite = may(session, "halt.write");
  const [isMaking, setMaking] = useState(false);
  const [isWhole, setWhole] = useState(false);
  const asked = query.useQuery("get", "/api/halts", {}, { refetchInterval: 10_000 });
  const shown = (asked.data ?? []).filter((each) => isWhole || each.stands);
  const isEverOver = asked.data?.some((each) => !each.stands) ?? false;
  return (
    <Page
      title={t("halt.title")}
      lead={t("halt.lead")}
      actions={
        mayWrite && (
          <Button color="red" leftSection={<OctagonMinus aria-hidden size={17} />} onClick={() => setMaking(true)}>
            {t("halt.make")}
          </Button>
        )
      }
    >
      {asked.error && <Failure error={asked.error} onRetry={() => asked.refetch()} />}
      {asked.isPending && <Loading />}
      {isEverOver && (
        <Switch
          label={t("halt.whole")}
          checked={isWhole}
          onChange={(event) => setWhole(event.currentTarget.checked)}
          mb="md"
        />
      )}
      {asked.data && shown.length === 0 && (
        <Card>
          <Empty art={<OctagonMinus aria-hidden size={32} strokeWidth={1.5} />} title={t("halt.none")}>
            {t("halt.none.why")}
          </Empty>
        </Card>
      )}
      {shown.length > 0 && (
        <Rows label={t("halt.title")}>
          {shown.map((each) => (
            <HaltRow key={each.id} halt={each} mayLift={may(session, "halt.lift")} />
          ))}
        </Rows>
      )}
      {isMaking && <HaltForm onClose={() => setMaking(false)} />}
    </Page>
  );
}
