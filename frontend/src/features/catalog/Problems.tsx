import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isProblem, wordsFor } from "@/kit/problem";
import { useInSight } from "@/kit/useInSight";
import classes from "./catalog.module.css";
import { sayPlace } from "./offers";

type Problem = { field?: string | null; sentence: string };

/** Why a template cannot be treated like that, with everything that is wrong with it. */
export function Problems({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const place = useInSight(error);
  if (!error) return null;
  const words = wordsFor(error, t);
  const found = isProblem(error) && Array.isArray(error.params?.problems) ? (error.params.problems as Problem[]) : [];
  return (
    <Alert ref={place} color="red" role="alert" title={words.sentence}>
      {words.wayOut}
      <ProblemList problems={found.length > 1 ? found : []} />
    </Alert>
  );
}

export function ProblemList({ problems }: { problems: Problem[] }) {
  const { t } = useTranslation();
  const say = ({ field, sentence }: Problem): string =>
    [field ? sayPlace(field, t) : "", sentence].filter(Boolean).join(": ");
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map((problem) => (
        <li key={`${problem.field} ${problem.sentence}`}>{say(problem)}</li>
      ))}
    </ul>
  );
}
