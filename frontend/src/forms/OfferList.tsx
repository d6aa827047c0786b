import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/pending";
import { SearchList } from "@/kit/SearchList";
import classes from "./OfferList.module.css";
import { useValues } from "./values";

/** What can be put in: what fits first; what does not stays, greyed, with its reason. */
export function OfferList({ offers, onTake }: { offers: Offer[]; onTake: (offer: Offer) => void }) {
  const { t } = useTranslation();
  const say = t as unknown as (key: string, options: Record<string, unknown>) => string;
  const { describe } = useValues();
  const aside = ({ type, sample, sure }: Offer): string =>
    [type && say(`type.${type}`, { defaultValue: type }), sample, !sure && t("form.notSure")]
      .filter(Boolean)
      .join(" · ");
  const find = (words: string): Offer[] => {
    const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = offers.filter((offer) => {
      const { step, field } = describe(offer.path);
      const text = `${step} ${field} ${offer.path} ${offer.sample ?? ""}`.toLowerCase();
      return sought.every((word) => text.includes(word));
    });
    return [...matches.filter((offer) => offer.word !== "no"), ...matches.filter((offer) => offer.word === "no")];
  };
  return (
    <SearchList
      name={t("form.searchValues")}
      find={find}
      keyOf={(offer) => offer.path}
      isOff={(offer) => offer.word === "no"}
      onTake={onTake}
      nothing={() => t("form.noValues")}
      render={(offer) => {
        const { step, field } = describe(offer.path);
        return (
          <span className={classes.offer} data-off={offer.word === "no" || undefined}>
            <span className={classes.name}>
              <span className={classes.step}>{step}</span> {field}
            </span>
            <Text component="span" size="xs" c="dimmed" truncate>
              {offer.word === "no" ? offer.reason : aside(offer)}
            </Text>
          </span>
        );
      }}
    />
  );
}
