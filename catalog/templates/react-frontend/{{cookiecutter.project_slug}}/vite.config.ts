import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";
import { sampleApi } from "./dev/sampleApi.ts";

export default defineConfig(({ mode }) => {
  const { API_ORIGIN } = loadEnv(mode, ".", "API_");
  return {
    plugins: [react(), tailwindcss(), ...(API_ORIGIN ? [] : [sampleApi()])],
    server: API_ORIGIN
      ? {
          proxy: {
            "/api/": {
              target: API_ORIGIN,
              changeOrigin: true,
              rewrite: (path) => path.replace(/^\/api/, ""),
            },
          },
        }
      : {},
    // A picture written into the page would need `data:` in the security policy.
    build: { assetsInlineLimit: 0 },
    test: {
      environment: "jsdom",
      include: ["src/**/*.test.{ts,tsx}"],
      setupFiles: ["src/testSetup.ts"],
      unstubGlobals: true,
    },
  };
});
