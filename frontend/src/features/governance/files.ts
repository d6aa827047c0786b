/** A browser gives files without their folders: each is filed under the path by which the template names it. */
export function pathsNamed(template: string, files: { name: string; text: string }[]): Record<string, string> {
  const named = template.match(/[^\s"',[\]{}]+/g) ?? [];
  return Object.fromEntries(
    files.map(({ name, text }) => [named.find((path) => path === name || path.endsWith(`/${name}`)) ?? name, text]),
  );
}
