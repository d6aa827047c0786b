import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useState } from "react";

type Props = Omit<NumberInputProps, "value" | "onChange" | "min" | "max"> & {
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
};

/** A whole number within bounds; while it is typed it may be empty or too large, and what is kept stays what it was. */
export function WholeNumber({ value, min, max, onChange, ...look }: Props) {
  const [typed, setTyped] = useState<number | string>(value);
  return (
    <NumberInput
      {...look}
      min={min}
      max={max}
      allowDecimal={false}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        if (typeof next === "number" && next >= min && next <= max) onChange(next);
      }}
      onBlur={() => typed === "" && setTyped(value)}
    />
  );
}
