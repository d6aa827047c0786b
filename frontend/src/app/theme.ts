/**
 * One accent, strong type, quiet surfaces; and everything in which the kit's own look falls short of WCAG 2.2 AA:
 * contrast of dimmed, error and placeholder text and of light and subtle variants, names of close buttons, targets of
 * at least 24 px.
 */

import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineThemeOverride,
  type VariantColorsResolver,
} from "@mantine/core";

const readable = (color: string): string =>
  `light-dark(color-mix(in srgb, var(--mantine-color-${color}-9) 60%, black), var(--mantine-color-${color}-2))`;

const PALE = new Set(["light", "subtle", "transparent"]);

export const variantColors: VariantColorsResolver = (input) => {
  const resolved = defaultVariantColorsResolver(input);
  const color = input.color ?? input.theme.primaryColor;
  const isOwn = color in input.theme.colors;
  if (PALE.has(input.variant) && isOwn) return { ...resolved, color: readable(color), hoverColor: readable(color) };
  if (input.variant === "outline" && isOwn) return { ...resolved, color: readable(color) };
  if (input.variant === "filled" && isOwn && color !== "gray")
    return {
      ...resolved,
      background: `color-mix(in srgb, var(--mantine-color-${color}-9) 88%, black)`,
      hover: `var(--mantine-color-${color}-8)`,
    };
  return resolved;
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: { "--accent": "var(--mantine-color-accent-7)", "--rail": "216px" },
  light: {
    "--mantine-color-text": "#1b1f27",
    "--mantine-color-dimmed": "#596273",
    "--mantine-color-error": "#b42323",
    "--mantine-color-red-6": "#b42323",
    "--mantine-color-placeholder": "#667080",
    "--mantine-color-anchor": "var(--mantine-color-accent-8)",
    "--mantine-color-default-border": "#d5dae2",
    "--page": "#f6f7f9",
    "--surface": "#ffffff",
    "--surface-raised": "#ffffff",
    "--line": "#e3e6ec",
    "--line-strong": "#858d9c",
    "--hover": "#eef0f4",
    "--focus": "#3a52b5",
    "--kind-prompt": "#6a3fc0",
    "--kind-tool": "#0b6e7d",
    "--kind-review": "#a8480b",
    "--kind-policy": "#a3245e",
    "--kind-flow": "#46536b",
    "--good": "#1b7a3d",
    "--warn": "#8f5600",
    "--bad": "#b42323",
  },
  dark: {
    "--mantine-color-dimmed": "#a9b1bf",
    "--mantine-color-error": "#ff9a94",
    "--mantine-color-red-6": "#ff9a94",
    "--mantine-color-placeholder": "#98a0ae",
    "--mantine-color-anchor": "var(--mantine-color-accent-2)",
    "--mantine-color-default-border": "#3d444f",
    "--page": "#111317",
    "--surface": "#181b20",
    "--surface-raised": "#1f2329",
    "--line": "#2c3138",
    "--line-strong": "#7d8694",
    "--hover": "#23272e",
    "--focus": "#9fb2f5",
    "--kind-prompt": "#c3a8fb",
    "--kind-tool": "#7fd3de",
    "--kind-review": "#f4b183",
    "--kind-policy": "#f3a1c4",
    "--kind-flow": "#b5c0d3",
    "--good": "#7fd49b",
    "--warn": "#f0c069",
    "--bad": "#ff9a94",
  },
});

/** @param close the name of every button that closes something, in the person's language. */
export function makeTheme(close: string): MantineThemeOverride {
  // The head of a dialog is no landmark of the page.
  const closing = { closeButtonProps: { "aria-label": close }, attributes: { header: { role: "presentation" } } };
  return createTheme({
    primaryColor: "accent",
    primaryShade: { light: 7, dark: 6 },
    colors: {
      accent: [
        "#eef2ff",
        "#dfe5fb",
        "#bcc8f4",
        "#96a8ed",
        "#7489e4",
        "#5a72da",
        "#4a63cf",
        "#3a52b5",
        "#324aa6",
        "#2b4196",
      ],
      dark: [
        "#e6e8ec",
        "#c3c8d1",
        "#a9b1bf",
        "#737b88",
        "#3d444f",
        "#2f353d",
        "#22262c",
        "#181b20",
        "#14161a",
        "#0f1114",
      ],
    },
    variantColorResolver: variantColors,
    fontFamily: '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif',
    fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace',
    headings: {
      fontWeight: "650",
      sizes: {
        h1: { fontSize: "1.625rem", lineHeight: "1.25" },
        h2: { fontSize: "1.125rem", lineHeight: "1.35" },
        h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
      },
    },
    fontSizes: { xs: "0.75rem", sm: "0.84375rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
    radius: { xs: "3px", sm: "5px", md: "8px", lg: "12px", xl: "20px" },
    defaultRadius: "md",
    cursorType: "pointer",
    focusRing: "auto",
    respectReducedMotion: true,
    // Named, not imported: a page loads only the components that it shows.
    components: {
      ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 32 } },
      Alert: { defaultProps: { variant: "light", closeButtonLabel: close } },
      Anchor: { defaultProps: { underline: "always" } },
      Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 550 } },
      Button: { defaultProps: { fw: 550 } },
      Checkbox: { defaultProps: { size: "md" } },
      Drawer: { defaultProps: closing },
      Menu: { defaultProps: { withInitialFocusPlaceholder: false, shadow: "md" } },
      Modal: { defaultProps: { ...closing, centered: true } },
      NumberInput: { defaultProps: { hideControls: true } },
      Select: { defaultProps: { checkIconPosition: "right", allowDeselect: false } },
      Switch: { defaultProps: { size: "md" } },
      Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
    },
  });
}
