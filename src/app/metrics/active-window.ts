/** Different ids in the last while, by slots of time: a slot that is too old is forgotten whole. */
import { addTo, createSketch, estimate, type Sketch } from './distinct-estimate.ts';

export interface ActiveWindow {
  add(id: string, nowMs: number): void;
  count(nowMs: number): number;
}

/** @param slots - how many the window is cut into: it slides by one of them. */
export function createActiveWindow(windowMs: number, slots: number): ActiveWindow {
  const slotMs = windowMs / slots;
  const ring = new Map<number, Sketch>();
  const forget = (current: number): void => {
    for (const slot of ring.keys()) if (slot <= current - slots) ring.delete(slot);
  };
  return {
    add(id, nowMs) {
      const current = Math.floor(nowMs / slotMs);
      let sketch = ring.get(current);
      if (sketch === undefined) {
        forget(current);
        ring.set(current, (sketch = createSketch()));
      }
      addTo(sketch, id);
    },
    count(nowMs) {
      forget(Math.floor(nowMs / slotMs));
      return ring.size === 0 ? 0 : estimate([...ring.values()]);
    },
  };
}
