/** What this browser keeps for an account: messages on their way, drafts. It may refuse; then a tab remembers. */

export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
  key(index: number): string | null;
  readonly length: number;
}

/** All names under which something is kept that begin so. */
export function names(shelf: Shelf, prefix: string): string[] {
  const found: string[] = [];
  for (let index = 0; index < shelf.length; index++) {
    const name = shelf.key(index);
    if (name !== null && name.startsWith(prefix)) found.push(name);
  }
  return found;
}

export function put(shelf: Shelf, name: string, value: string): boolean {
  try {
    shelf.setItem(name, value);
    return true;
  } catch {
    return false; // full, or not allowed
  }
}

export class Memory implements Shelf {
  private readonly held = new Map<string, string>();
  get length(): number {
    return this.held.size;
  }
  getItem(name: string): string | null {
    return this.held.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.held.set(name, value);
  }
  removeItem(name: string): void {
    this.held.delete(name);
  }
  key(index: number): string | null {
    return [...this.held.keys()][index] ?? null;
  }
}

/** The browser's own, or one that lasts as long as the tab where the browser has none. */
export function shelfOf(storage: () => Shelf): Shelf {
  try {
    const shelf = storage();
    shelf.getItem("");
    return shelf;
  } catch {
    return new Memory();
  }
}
