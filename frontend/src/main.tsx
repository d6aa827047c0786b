import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "./app/global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App, styleNonce } from "./app/App";
import { preloadWords, startTexts } from "./app/language";

// Overlays lock the scrolling of the page by a style of their own; this is where it finds the nonce.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

const root = document.getElementById("root");
startTexts().then(() => {
  if (root)
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
  preloadWords();
});
