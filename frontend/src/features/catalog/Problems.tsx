import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isProblem, wordsFor } from "@/kit/problem";
import { useInSight } from "@/kit/useInSight";
import classes from "./catalog.module.css";
import { sayPlace, sayProblem } from "./offers";

export type Problem = { field?: string | null; sentence: string; case?: string; name?: string };

/** Why a template cannot be treated like that, with everything that is wrong with it. */
export function Problems({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const place = useInSight(error);
  if (!error) return null;
  const words = wordsFor(error, t);
  const found = isProblem(error) && Array.isArray(error.params?.problems) ? (error.params.problems as Problem[]) : [];
  // One alone may stand in the sentence already.
  const isSaid = found.length === 1 && words.sentence.includes(found[0]?.sentence ?? "");
  return (
    <Alert ref={place} color="red" role="alert" title={words.sentence}>
      {words.wayOut}
      <ProblemList problems={isSaid ? [] : found} />
    </Alert>
  );
}

export function ProblemList({ problems }: { problems: Problem[] }) {
  const { t } = useTranslation();
  const say = (problem: Problem): string =>
    [problem.field ? sayPlace(problem.field, t) : "", sayProblem(problem, t)].filter(Boolean).join(": ");
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map((problem) => (
        <li key={`${problem.field} ${problem.sentence}`}>{say(problem)}</li>
      ))}
    </ul>
  );
}
