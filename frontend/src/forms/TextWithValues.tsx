import { ActionIcon, Input, Popover } from "@mantine/core";
import { Braces } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/pending";
import { OfferList } from "./OfferList";
import classes from "./TextWithValues.module.css";
import { useValues } from "./values";

/**
 * Text in which values stand as `{{ name }}`, drawn as pills behind the letters. `/` and the button open the values.
 *
 * @param onOnly when the field is empty: the value alone is taken, as it is, and not as text.
 */
export function TextWithValues({
  label,
  description,
  value,
  onChange,
  scope,
  offers,
  isRequired = false,
  isFormula = false,
  minRows = 1,
  onOnly,
}: {
  label: string;
  description?: string;
  value: string;
  onChange: (text: string) => void;
  scope: string;
  offers: Offer[];
  isRequired?: boolean;
  isFormula?: boolean;
  minRows?: number;
  onOnly?: (offer: Offer) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const values = useValues();
  const area = useRef<HTMLTextAreaElement>(null);
  const [isOpen, setOpen] = useState(false);
  const caret = useRef(value.length);

  const open = (): void => {
    caret.current = area.current?.selectionStart ?? value.length;
    setOpen(true);
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const before = value.slice(0, event.currentTarget.selectionStart);
    if (event.key !== "/" || isFormula || /[^\s(]$/.test(before)) return;
    event.preventDefault();
    open();
  };
  const take = (offer: Offer): void => {
    setOpen(false);
    if (value === "" && onOnly) {
      onOnly(offer);
      return;
    }
    const name = values.name(offer, scope);
    const words = isFormula ? name : `{{ ${name} }}`;
    onChange(value.slice(0, caret.current) + words + value.slice(caret.current));
    const end = caret.current + words.length;
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(end, end);
    });
  };
  return (
    <Input.Wrapper label={label} description={description} required={isRequired} withAsterisk={false} id={id}>
      <div className={classes.field} data-formula={isFormula || undefined}>
        <div className={classes.grow}>
          <div aria-hidden className={classes.behind}>
            {marked(value, isFormula)}{" "}
          </div>
          <textarea
            ref={area}
            id={id}
            rows={minRows}
            className={classes.area}
            value={value}
            placeholder={isFormula ? undefined : t("form.typeOrSlash")}
            spellCheck={!isFormula}
            onChange={(event) => onChange(event.currentTarget.value)}
            onKeyDown={onKey}
            onBlur={values.settle}
          />
        </div>
        <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={340} trapFocus shadow="md" returnFocus>
          <Popover.Target>
            <ActionIcon
              size={28}
              title={t("form.insertValue")}
              aria-label={t("form.insertValueInto", { field: label })}
              onClick={open}
            >
              <Braces aria-hidden size={15} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown p="xs" aria-label={t("form.insertValue")}>
            <OfferList offers={offers} onTake={take} />
          </Popover.Dropdown>
        </Popover>
      </div>
    </Input.Wrapper>
  );
}

/** The text with its holes marked; letters and marks lie exactly under those of the field. */
function marked(text: string, isFormula: boolean) {
  if (isFormula) return text;
  return text.split(/(\{\{\{\{|\{\{[^}]*\}\})/).map((piece, at) =>
    /^\{\{[^{]/.test(piece) ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name
      <mark key={at} className={classes.hole}>
        {piece}
      </mark>
    ) : (
      piece
    ),
  );
}
