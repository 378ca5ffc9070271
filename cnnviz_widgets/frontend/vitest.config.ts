import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Entries are rendered into a simulated page; canvases draw in real browsers only (tests/browser).
    environment: "happy-dom",
    // One simulated page for all files, which leave it empty (test/fake.ts): to make one takes
    // longer than to test in it.
    pool: "threads",
    isolate: false,
    include: ["test/**/*.test.ts"],
  },
});
