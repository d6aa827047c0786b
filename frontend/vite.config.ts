import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { splitWords } from "./words.ts";

/** The API stands on the same origin in both modes, so cookies work and no CORS is needed anywhere. */
export default defineConfig({
  plugins: [splitWords(), react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: { host: "127.0.0.1", port: 5173, strictPort: true, proxy: { "/api": "http://127.0.0.1:8700" } },
  build: {
    outDir: "../builder/dist",
    emptyOutDir: true,
    target: "es2022",
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  worker: { format: "es" },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/kit/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    maxWorkers: 1,
    // A busy machine is slow, not wrong.
    testTimeout: 20_000,
    css: false,
  },
});
