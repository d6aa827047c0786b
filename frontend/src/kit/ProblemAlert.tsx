import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { wordsFor } from "./problem";
import { useInSight } from "./useInSight";

/** Something that was tried did not happen: why, and what to do. Nothing when all is well. */
export function ProblemAlert({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const place = useInSight(error);
  if (!error) return null;
  const words = wordsFor(error, t);
  return (
    <Alert ref={place} color="red" role="alert" title={words.sentence}>
      {words.wayOut}
    </Alert>
  );
}
