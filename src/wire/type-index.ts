import {
  fieldTypeNumbers,
  type EnumDescriptor,
  type FileDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
} from "./descriptor.ts";

/** A type and the file it is declared in. */
export type IndexedType =
  | { readonly kind: "message"; readonly file: FileDescriptor; readonly descriptor: MessageDescriptor }
  | { readonly kind: "enum"; readonly file: FileDescriptor; readonly descriptor: EnumDescriptor };

/** The types of a set by name, and how a `.proto` file may refer to each of them from anywhere. */
export interface TypeIndex {
  /** The type of a full name with a leading dot. */
  find(typeName: string): IndexedType | undefined;
  /** Its name without package where no reader can mistake it, otherwise the full name as it was given. */
  nameOf(typeName: string): string;
  /** The same for a reference from a service, among whose methods a name is looked up as well. */
  nameInService(typeName: string): string;
}

/** Words that begin something else where the name of a type may stand. */
const words: readonly string[] = [
  ...Object.keys(fieldTypeNumbers),
  ...["enum", "extend", "extensions", "import", "map", "max", "oneof", "option", "optional", "package"],
  ...["repeated", "required", "reserved", "returns", "rpc", "service", "stream", "syntax", "to", "weak"],
];

/** Indexes all files of a set. */
export function indexTypes(set: FileDescriptorSet): TypeIndex {
  const types = new Map<string, IndexedType>();
  const uses = new Map<string, number>(words.map((word) => [word, 2]));
  const methods = new Set<string>();
  const use = (name: string): void => void uses.set(name, (uses.get(name) ?? 0) + 1);

  const addEnum = (scope: string, file: FileDescriptor, descriptor: EnumDescriptor): void => {
    types.set(`${scope}.${descriptor.name}`, { kind: "enum", file, descriptor });
    use(descriptor.name);
    for (const { name } of descriptor.values) use(name);
  };
  const addMessage = (scope: string, file: FileDescriptor, descriptor: MessageDescriptor): void => {
    const fullName = `${scope}.${descriptor.name}`;
    types.set(fullName, { kind: "message", file, descriptor });
    use(descriptor.name);
    for (const { name } of [...descriptor.fields, ...descriptor.oneofs]) use(name);
    for (const inner of descriptor.enums) addEnum(fullName, file, inner);
    for (const inner of descriptor.messages) addMessage(fullName, file, inner);
  };
  for (const file of set.files) {
    const scope = file.package === "" ? "" : `.${file.package}`;
    for (const part of new Set(file.package.split("."))) use(part);
    for (const { methods: listed } of file.services) for (const { name } of listed) methods.add(name);
    for (const descriptor of file.enums) addEnum(scope, file, descriptor);
    for (const descriptor of file.messages) addMessage(scope, file, descriptor);
  }

  function nameOf(typeName: string): string {
    const file = types.get(typeName)?.file;
    if (file === undefined) return typeName;
    const short = typeName.slice(file.package === "" ? 1 : file.package.length + 2);
    // A short name reaches only within its package.
    if (set.files.some((other) => other.package !== file.package)) return typeName;
    const [first = ""] = short.split(".");
    return uses.get(first) === 1 ? short : typeName;
  }

  function nameInService(typeName: string): string {
    const name = nameOf(typeName);
    return methods.has(name.split(".")[0] ?? "") ? typeName : name;
  }
  return { find: (typeName) => types.get(typeName), nameOf, nameInService };
}
