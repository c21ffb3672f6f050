/** Who hears of array items and map entries for which a value has no room. */

type Listener = (key: string, items: number) => void;

let listener: Listener | undefined;

/** `listen` is called with the attribute's key (empty for the body of a log), and how many items it lost. One at a time. */
export function onItemsDropped(listen: Listener | undefined): void {
  listener = listen;
}

export function itemsDropped(key: string, items: number): void {
  listener?.(key, items);
}
