/** Which fields of a published schema say too little of themselves. */

/** Paths of fields that hold a value and lack a part of their description. */
export function fieldsWithout(schema: unknown, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, items, $defs, anyOf, additionalProperties } = schema as Record<string, unknown>;
  const inside = [
    ...Object.entries((properties ?? {}) as object).flatMap(([name, field]) => {
      const { type, description, unit, examples } = field as Record<string, unknown>;
      const isValue =
        type !== 'object' && type !== 'array' && !('anyOf' in (field as object) && unit === undefined);
      const lacks = isValue && (description === undefined || unit === undefined || examples === undefined);
      return [...(lacks ? [`${path}/${name}`] : []), ...fieldsWithout(field, `${path}/${name}`)];
    }),
    ...Object.entries(($defs ?? {}) as object).flatMap(([name, def]) =>
      fieldsWithout(def, `${path}/${name}`),
    ),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((branch) => fieldsWithout(branch, path)) : []),
  ];
  return [
    ...inside,
    ...fieldsWithout(items, `${path}/items`),
    ...fieldsWithout(additionalProperties, `${path}/*`),
  ];
}
