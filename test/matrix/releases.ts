/** The releases of Node.js that are tested: the oldest of each line that is supported, and the newest. */
export const RELEASES = ['22.15.0', '22.23.3', '24.11.0', '24.21.0', '26.10.0'] as const;

// Plain JavaScript without a declaration, hence the type here.
const { installNode } = (await import(new URL('../../scripts/install-node-releases.mjs', import.meta.url).href)) as {
  installNode(version: string): Promise<string>;
};
export { installNode };
