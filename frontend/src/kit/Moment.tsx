import { useTranslation } from "react-i18next";
import { fromNow, onTheClock } from "./dates";

/** A moment in words, with the exact time on hover. */
export function Moment({ at }: { at: string }) {
  const { i18n } = useTranslation();
  return (
    <time dateTime={at} title={onTheClock(at, i18n.language)}>
      {fromNow(at, i18n.language)}
    </time>
  );
}
