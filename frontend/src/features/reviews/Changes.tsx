import { useTranslation } from "react-i18next";
import { diffWords, type FieldChange } from "@/kit/diff";
import { inWords, Value } from "@/kit/Value";
import classes from "./Changes.module.css";

/** What an edit changes, field by field; texts word by word: taken out struck through, put in underlined. */
export function Changes({ changes }: { changes: readonly FieldChange[] }) {
  const { t } = useTranslation();
  if (changes.length === 0) return <p className={classes.none}>{t("reviews.changes.none")}</p>;
  return (
    <dl className={classes.changes}>
      {changes.map(({ path, before, after }) => (
        <div key={path.join(".")}>
          {path.length > 0 && <dt>{path.map((part) => inWords(String(part))).join(" › ")}</dt>}
          <dd>
            {typeof before === "string" && typeof after === "string" ? (
              <Words before={before} after={after} />
            ) : (
              <>
                <del>
                  <Value value={before} />
                </del>{" "}
                <ins>
                  <Value value={after} />
                </ins>
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Words({ before, after }: { before: string; after: string }) {
  return (
    <span className={classes.text}>
      {diffWords(before, after).map((piece, at) => {
        const key = `${at} ${piece.is}`;
        if (piece.is === "removed") return <del key={key}>{piece.text}</del>;
        if (piece.is === "added") return <ins key={key}>{piece.text}</ins>;
        return <span key={key}>{piece.text}</span>;
      })}
    </span>
  );
}
