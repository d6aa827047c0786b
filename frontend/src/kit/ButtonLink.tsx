import { ActionIcon, type ActionIconProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { type AnchorHTMLAttributes, forwardRef } from "react";

type AnchorOf<Props> = Props & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props>;

/** A link to a page that looks like a button; its address and parameters are checked by type. */
export const ButtonLink = createLink(
  forwardRef<HTMLAnchorElement, AnchorOf<ButtonProps>>((props, ref) => <Button component="a" ref={ref} {...props} />),
);

/** The same, as an icon with a name. */
export const IconLink = createLink(
  forwardRef<HTMLAnchorElement, AnchorOf<ActionIconProps>>((props, ref) => (
    <ActionIcon component="a" ref={ref} {...props} />
  )),
);
