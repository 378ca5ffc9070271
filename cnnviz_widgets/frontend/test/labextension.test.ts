/** The labextension with a stand-in for ipywidgets' renderer: when a saved picture stands in its place. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const FOLDER = join(import.meta.dirname, "..", "labextension");
const packaged = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8"));
const source = readFileSync(join(FOLDER, packaged.jupyterlab._build.load), "utf8");

interface Model {
  data: Record<string, string>;
  metadata: Record<string, unknown>;
}
type Plugin = { id: string; autoStart: boolean; activate(): Promise<void> };

/** The renderer, as far as the labextension needs to know it: `found` says what comes of the model. */
class WidgetRenderer {
  readonly node = document.createElement("div");
  widgets: object[] = [];
  isDisposed = false;
  found: Promise<"view" | "none"> = Promise.resolve("none");

  async renderModel(_: Model): Promise<void> {
    this.node.textContent = "Loading widget...";
    if ((await this.found) === "none") {
      this.node.textContent = "Error displaying widget: model not found";
      this.node.classList.add("jupyter-widgets");
    } else this.show();
  }

  show(): void {
    this.node.textContent = "";
    this.widgets.push({});
    this.node.append(document.createElement("canvas"));
  }
}
const original = WidgetRenderer.prototype.renderModel;
const ours = (more: Partial<Model> = {}): Model => ({
  data: { "image/png": "QUJD", "text/plain": "<ChannelGrid of 9 channels>" },
  metadata: { "cnnviz-widgets": { picture: true } },
  ...more,
});

async function install(manager: object | undefined = { get: async () => () => ({ WidgetRenderer }) }): Promise<Plugin> {
  const extensions: Record<string, any> = { "@jupyter-widgets/jupyterlab-manager": manager };
  Object.assign(window, { _JUPYTERLAB: extensions });
  new Function("window", source)(window);
  const module = (await extensions[packaged.name].get(packaged.jupyterlab._build.extension))();
  await module.default.activate();
  return module.default;
}

/** What a renderer shows once all that waits has been done. */
async function shown(renderer: WidgetRenderer): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve));
  return [...renderer.node.children].map(({ tagName }) => tagName).join() || renderer.node.textContent!;
}

async function render(model = ours(), found: WidgetRenderer["found"] = Promise.resolve("none")) {
  const renderer = new WidgetRenderer();
  renderer.found = found;
  void renderer.renderModel(model);
  return renderer;
}

beforeEach(async () => {
  WidgetRenderer.prototype.renderModel = original;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the extension", () => {
  test("is two files that name one version", () => {
    expect(packaged.jupyterlab._build.load).toBe(`remoteEntry.${packaged.version}.js`);
    expect(readdirSync(FOLDER).sort()).toEqual(["package.json", `remoteEntry.${packaged.version}.js`]);
  });

  test("starts by itself", async () => {
    expect(await install()).toMatchObject({ id: "cnnviz-widgets:saved-picture", autoStart: true });
  });

  test("leaves all as it is where ipywidgets' manager is not what it expects", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await install({ get: async () => () => ({}) });
    expect(warn).toHaveBeenCalledOnce();
    expect(WidgetRenderer.prototype.renderModel).toBe(original);
  });
});

describe("a saved picture", () => {
  test("stands where the model is not found, its words as text", async () => {
    await install();
    const renderer = await render();
    expect(await shown(renderer)).toBe("FIGURE");
    const image = renderer.node.querySelector("img")!;
    expect([image.src, image.alt]).toEqual(["data:image/png;base64,QUJD", "<ChannelGrid of 9 channels>"]);
    expect(renderer.node.textContent).toBe("Saved picture. Run the cell for the live view.");
  });

  test("gives way to the view, whenever that comes", async () => {
    await install();
    expect(await shown(await render(ours(), Promise.resolve("view")))).toBe("CANVAS");
    const late = await render();
    expect(await shown(late)).toBe("FIGURE");
    late.show();
    expect(await shown(late)).toBe("CANVAS");
  });

  test("stands there while there is no kernel to ask, but does not flicker before a view", async () => {
    await install();
    vi.useFakeTimers();
    const renderer = await render(ours(), new Promise(() => undefined));
    vi.advanceTimersByTime(200);
    expect(renderer.node.textContent).toBe("Loading widget...");
    vi.advanceTimersByTime(200);
    expect(renderer.node.querySelectorAll("figure")).toHaveLength(1);
    // The kernel may be busy and the widget on its way.
    expect(renderer.node.textContent).toContain("Loading widget");
  });

  test("comes back when the renderer tries again, and is one", async () => {
    await install();
    const renderer = await render();
    await shown(renderer);
    renderer.node.textContent = "";
    void renderer.renderModel(ours());
    expect(await shown(renderer)).toBe("FIGURE");
    renderer.node.textContent = "Error displaying widget";
    expect(await shown(renderer)).toBe("FIGURE");
  });

  test("is not put into what has been taken away", async () => {
    await install();
    const renderer = await render();
    renderer.isDisposed = true;
    expect(await shown(renderer)).not.toContain("FIGURE");
  });

  test.each([
    ["others' widgets", ours({ metadata: {} })],
    ["outputs without a picture", ours({ data: { "text/plain": "<ChannelGrid>" } })],
  ])("is none of %s", async (_, model) => {
    await install();
    expect(await shown(await render(model))).toBe("Error displaying widget: model not found");
  });
});
