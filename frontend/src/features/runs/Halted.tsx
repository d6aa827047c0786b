import { Alert } from "@mantine/core";
import { OctagonMinus } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type RunRow, readyToRefuse } from "@/api/client";
import { Moment } from "@/kit/Moment";
import { wordsOf } from "@/kit/problem";

type HaltOfRun = NonNullable<RunRow["halted"]>;

/** Who halted what, and why: in the words in which a start is refused. */
export function HaltedWords({ halt }: { halt: HaltOfRun }) {
  const { t } = useTranslation();
  useEffect(() => void readyToRefuse(), []);
  return <>{wordsOf({ code: "halted", sentence: halt.sentence, params: halt }, t).sentence}</>;
}

/** That a halt holds this run, and until when. */
export function Halted({ halt }: { halt: HaltOfRun }) {
  const { t } = useTranslation();
  return (
    <Alert
      color="red"
      icon={<OctagonMinus aria-hidden size={18} />}
      title={<HaltedWords halt={halt} />}
      mt="sm"
      role="status"
    >
      {halt.until ? (
        <>
          {t("run.halted.until")} <Moment at={halt.until} />
        </>
      ) : (
        t("run.halted")
      )}
    </Alert>
  );
}
