/** Without a kernel: how a widget knows. */
import { describe, expect, test, vi } from "vitest";

import { Connection, NO_KERNEL } from "../../../src/lib/linking/connection";
import { emptyPage, FakeModel } from "../../fake";

emptyPage();

/** A signal of JupyterLab's. */
class Word {
  readonly slots = new Set<() => void>();
  connect(slot: () => void): void {
    this.slots.add(slot);
  }
  disconnect(slot: () => void): void {
    this.slots.delete(slot);
  }
  say(): void {
    for (const slot of this.slots) slot();
  }
}

const makeKernel = (id = "one") => ({ id, status: "idle", connectionStatus: "connected" });

/** JupyterLab's manager of widgets, as far as it tells of its notebook's kernel. */
function makeLab() {
  const session = { statusChanged: new Word(), connectionStatusChanged: new Word(), kernelChanged: new Word() };
  return { session, context: { sessionContext: session }, kernel: makeKernel() as ReturnType<typeof makeKernel> | null };
}

function connect(manager: object = {}, className = "") {
  const model = new FakeModel({});
  model.widget_manager = manager;
  const controller = new AbortController();
  const el = document.createElement("div");
  el.className = className;
  const connection = new Connection({ model: model as never, el, signal: controller.signal });
  const changed = vi.fn();
  connection.onChange(changed);
  return { model, connection, changed, end: () => controller.abort() };
}

describe("a widget knows that nobody is there", () => {
  test("by the way to Python, lost and found again", () => {
    const { model, connection, changed } = connect();
    expect([connection.alive, connection.line.textContent]).toEqual([true, ""]);
    model.connect(false);
    expect([connection.alive, connection.line.textContent]).toEqual([false, NO_KERNEL]);
    model.connect(true);
    expect([connection.alive, connection.line.textContent]).toEqual([true, ""]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test("from the start, where it was made of saved state", () => {
    expect(connect({}, "lm-Widget jupyter-widgets-disconnected").connection.alive).toBe(false);
  });

  test.each(["restarting", "autorestarting", "terminating", "dead"])("by its kernel's being %s", (status) => {
    const lab = makeLab();
    const { connection } = connect(lab);
    lab.kernel!.status = status;
    lab.session.statusChanged.say();
    expect(connection.alive).toBe(false);
  });

  test("by its kernel's shutting down; another kernel is not its own", () => {
    const lab = makeLab();
    const { connection } = connect(lab);
    lab.kernel = null;
    lab.session.kernelChanged.say();
    expect(connection.alive).toBe(false);
    lab.kernel = makeKernel("two");
    lab.session.kernelChanged.say();
    expect(connection.alive).toBe(false);
    lab.kernel = makeKernel("one");
    lab.session.kernelChanged.say();
    expect(connection.alive).toBe(true);
  });

  test("by a connection that does not come back soon; a short break is none", () => {
    vi.useFakeTimers();
    const lab = makeLab();
    const { connection, changed } = connect(lab);
    const say = (status: string, ms: number) => {
      lab.kernel!.connectionStatus = status;
      lab.session.connectionStatusChanged.say();
      vi.advanceTimersByTime(ms);
    };
    say("connecting", 500);
    say("connected", 2000);
    expect(changed).not.toHaveBeenCalled();
    say("connecting", 500);
    say("disconnected", 1500);
    expect(connection.alive).toBe(false);
    say("connected", 0);
    expect(connection.alive).toBe(true);
  });

  test("a connection that never said it was there is not missed", () => {
    vi.useFakeTimers();
    const lab = makeLab();
    lab.kernel!.connectionStatus = "connecting";
    const { connection } = connect(lab);
    vi.advanceTimersByTime(5000);
    expect(connection.alive).toBe(true);
  });

  test("a busy kernel is there", () => {
    const lab = makeLab();
    const { connection } = connect(lab);
    lab.kernel!.status = "busy";
    lab.session.statusChanged.say();
    expect(connection.alive).toBe(true);
  });

  test("a manager that was taken away has none; one with a kernel alone is heard, too", () => {
    const closed = { context: null, get kernel() { throw new TypeError("no context"); } };
    expect(connect(closed).connection.alive).toBe(false);
    const kernel = { ...makeKernel(), statusChanged: new Word(), connectionStatusChanged: new Word() };
    const { connection } = connect({ kernel });
    kernel.status = "dead";
    kernel.statusChanged.say();
    expect(connection.alive).toBe(false);
  });

  test("and listens no longer than its view lives", () => {
    vi.useFakeTimers();
    const lab = makeLab();
    const { changed, end } = connect(lab);
    lab.kernel!.connectionStatus = "connecting";
    lab.session.connectionStatusChanged.say();
    end();
    vi.advanceTimersByTime(5000);
    expect(changed).not.toHaveBeenCalled();
    expect(Object.values(lab.session).map(({ slots }) => slots.size)).toEqual([0, 0, 0]);
  });
});
