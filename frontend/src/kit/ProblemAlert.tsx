import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { wordsFor } from "./problem";

/** Something that was tried did not happen: why, and what to do. Nothing when all is well. */
export function ProblemAlert({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!error) return null;
  const words = wordsFor(error, t);
  return (
    <Alert color="red" role="alert" title={words.sentence}>
      {words.wayOut}
    </Alert>
  );
}
