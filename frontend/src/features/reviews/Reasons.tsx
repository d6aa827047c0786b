import { UnstyledButton } from "@mantine/core";
import { Check } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import chips from "./Chips.module.css";
import classes from "./DecisionBar.module.css";
import type { Typed } from "./typed";
import { reasonInWords } from "./words";

/** Why: words to choose by a click or a digit, and a text. */
export function Reasons({
  codes,
  choice,
  typed,
  type,
  onSend,
}: {
  codes: readonly string[];
  choice: "edit" | "reject";
  typed: Typed;
  type: (change: Partial<Typed>) => void;
  onSend: () => void;
}) {
  const { t } = useTranslation();
  const first = useRef<HTMLButtonElement>(null);
  // An edit begins in the text, a rejection with its reason.
  useEffect(() => {
    if (choice === "reject") first.current?.focus();
  }, [choice]);
  const toggle = (code: string): void =>
    type({ chips: typed.chips.includes(code) ? typed.chips.filter((each) => each !== code) : [...typed.chips, code] });
  return (
    <div className={classes.reasons}>
      <fieldset className={chips.group}>
        <legend>{t(choice === "reject" ? "reviews.whyReject" : "reviews.whyEdit")}</legend>
        <div className={classes.chips}>
          {codes.map((code, at) => {
            const isOn = typed.chips.includes(code);
            return (
              <UnstyledButton
                key={code}
                ref={at === 0 ? first : undefined}
                className={chips.chip}
                aria-pressed={isOn}
                aria-keyshortcuts={at < 9 ? String(at + 1) : undefined}
                onClick={() => toggle(code)}
              >
                {isOn ? (
                  <Check aria-hidden size={13} strokeWidth={2.6} />
                ) : (
                  at < 9 && (
                    <span className={classes.number} aria-hidden>
                      {at + 1}
                    </span>
                  )
                )}
                {reasonInWords(code, t)}
              </UnstyledButton>
            );
          })}
        </div>
      </fieldset>
      <textarea
        className={classes.text}
        aria-label={t("reviews.reasonText")}
        placeholder={t("reviews.reasonText")}
        rows={1}
        maxLength={2000}
        value={typed.text}
        onChange={(event) => type({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSend();
          else if (event.key === "Escape") event.currentTarget.blur();
          else return;
          event.preventDefault();
        }}
      />
    </div>
  );
}
