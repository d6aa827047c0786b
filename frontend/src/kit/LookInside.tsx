import { Button } from "@mantine/core";
import { Eye } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { withWords } from "./words";

const LookDialog = lazy(() => withWords(import("./LookDialog")).then((file) => ({ default: file.LookDialog })));

/** For an admin before what is not for him: the way to read it all the same, with a reason, and not unseen. */
export function LookInside({ run }: { run: string }) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<Eye aria-hidden size={14} />} onClick={() => setAsking(true)}>
        {t("run.look")}
      </Button>
      <Suspense>{isAsking && <LookDialog run={run} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}
