import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Card, Part } from "@/kit/Page";
import classes from "./catalog.module.css";
import { recordIn } from "./examples/form";
import { sayPairs, sayValue } from "./offers";

const OUTCOMES = ["port", "fails", "refused", "ask", "invalid"] as const;

/** The examples to read: what goes in, and what must come of it. */
export function SaidExamples({ examples }: { examples: unknown[] }) {
  const { t } = useTranslation();
  const sayOutcome = (expect: Record<string, unknown>): string => {
    const word = OUTCOMES.find((each) => each in expect);
    if (!word) return sayPairs(expect, t);
    const more =
      word === "port" ? sayPairs(recordIn(expect.output), t) : word === "ask" ? "" : sayValue(expect[word], t);
    return [t(`catalog.example.expect.${word}`), more].filter(Boolean).join(": ");
  };
  return (
    <Part title={t("catalog.examples")}>
      <Card padded>
        {examples.length === 0 && <Text c="dimmed">{t("catalog.examples.none")}</Text>}
        <table className={classes.set}>
          <tbody>
            {examples.map(recordIn).map((each, at) => {
              const given = sayPairs({ ...recordIn(each.config), ...recordIn(each.inputs) }, t);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: an example is its place
                <tr key={at}>
                  <th scope="row">{String(each.title || t("catalog.example.unnamed"))}</th>
                  <td>
                    {given && <div>{t("catalog.example.given", { what: given })}</div>}
                    <div>{sayOutcome(recordIn(each.expect))}</div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Card>
    </Part>
  );
}
