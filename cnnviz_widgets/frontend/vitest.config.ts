import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Entries are rendered into a simulated page; canvases draw in real browsers only (tests/browser).
    environment: "happy-dom",
    include: ["test/**/*.test.ts"],
  },
});
