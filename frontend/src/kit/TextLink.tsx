import { Anchor, type AnchorProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { type AnchorHTMLAttributes, forwardRef } from "react";

type Props = AnchorProps & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps>;

/** A link to a page, as text; its address and parameters are checked by type. */
export const TextLink = createLink(
  forwardRef<HTMLAnchorElement, Props>((props, ref) => (
    <Anchor ref={ref} underline="hover" c="inherit" fw={550} lh="24px" {...props} />
  )),
);
