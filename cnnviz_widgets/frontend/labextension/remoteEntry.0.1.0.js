// A labextension for JupyterLab and Notebook 7, as it is served: nothing builds it. A notebook that
// is opened again has no kernel that knows its widgets; where the output holds a picture of ours,
// this shows that in place of "Error displaying widget: model not found".
//
// It relies on what is no promise of others: `WidgetRenderer` and its `renderModel` in the manager
// of ipywidgets 8, and `_JUPYTERLAB`, through which JupyterLab finds its extensions. Where one of
// them is not as expected, all is as it is without this. tests/browser/test_reopened.py tries it.
(() => {
  "use strict";
  const NAME = "cnnviz-widgets"; // of this extension, and of the mark in an output's metadata
  const MANAGER = "@jupyter-widgets/jupyterlab-manager";
  const NOTE = "Saved picture. Run the cell for the live view.";
  // A busy kernel answers later, and none never: the renderer does not tell one from the other.
  const LOADING = "Saved picture. Loading widget… With no kernel, run the cell for the live view.";
  // So a renderer is marked that has given up.
  const FAILED = "jupyter-widgets";
  // A widget that is on its way is there by then; its picture before it would be a flicker.
  const PATIENCE_MS = 300;
  const extensions = (window._JUPYTERLAB ??= {});

  /** A picture that stands in a renderer's place for as long as that has no view to show. */
  class StandIn {
    // A renderer that tries again gets another one, and two would fight for its place.
    static of = new WeakMap();

    constructor(renderer, { data, metadata }) {
      StandIn.of.get(renderer)?.remove();
      StandIn.of.set(renderer, this);
      this.renderer = renderer;
      this.note = noteOf();
      this.figure = figureOf(data, metadata["image/png"], this.note);
      this.observer = new MutationObserver(() => this.look());
      this.timer = setTimeout(() => this.look(), PATIENCE_MS);
    }

    /** Stand there, whatever the renderer writes about its failure, or go. */
    look() {
      const { renderer, figure, observer } = this;
      if (StandIn.of.get(renderer) !== this) return;
      if (renderer.isDisposed || renderer.widgets.length > 0) {
        this.remove();
        return;
      }
      const { node } = renderer;
      this.note.textContent = node.classList.contains(FAILED) ? NOTE : LOADING;
      if (node.childNodes.length !== 1 || node.firstChild !== figure) node.replaceChildren(figure);
      observer.observe(node, { childList: true });
    }

    remove() {
      clearTimeout(this.timer);
      this.observer.disconnect();
      this.figure.remove();
      StandIn.of.delete(this.renderer);
    }
  }

  function noteOf() {
    const note = document.createElement("figcaption");
    Object.assign(note.style, {
      padding: "4px 0",
      color: "var(--jp-ui-font-color1)",
      font: "12px/1.35 var(--jp-ui-font-family, sans-serif)",
    });
    return note;
  }

  function figureOf(data, size, note) {
    const image = document.createElement("img");
    image.src = `data:image/png;base64,${data["image/png"]}`;
    image.alt = String(data["text/plain"] ?? "");
    if (size?.width) image.width = size.width;
    Object.assign(image.style, { display: "block", maxWidth: "100%", height: "auto" });
    const figure = document.createElement("figure");
    figure.className = "cnnviz-saved-picture";
    figure.style.margin = "0";
    figure.append(image, note);
    return figure;
  }

  const isOurs = ({ data, metadata }) => Boolean(metadata?.[NAME]?.picture && data["image/png"]);

  const plugin = {
    id: `${NAME}:saved-picture`,
    autoStart: true,
    async activate() {
      try {
        const { WidgetRenderer } = (await extensions[MANAGER].get("./extension"))();
        const { renderModel } = WidgetRenderer.prototype;
        WidgetRenderer.prototype.renderModel = function (model) {
          if (!isOurs(model)) return renderModel.call(this, model);
          const standIn = new StandIn(this, model);
          return renderModel.call(this, model).finally(() => standIn.look());
        };
      } catch (error) {
        console.warn(`${NAME}: reopened notebooks show no saved pictures:`, error);
      }
    },
  };

  extensions[NAME] = {
    init() {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
