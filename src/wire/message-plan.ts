/**
 * What encoding and decoding need to know of a message type, worked out once per type and kept as long as the type
 * is: keys, tags and codecs in plain arrays. It is made of our own closures only; nothing is generated from names.
 */
import { blocks, type Block } from "./block.ts";
import { enumCodec, scalarCodecs, type ScalarCodec } from "./scalar-codec.ts";
import type { Field, MessageField, MessageType } from "./schema.ts";
import { WireType } from "./varint.ts";

/** What every field's plan has. */
interface PlanCommon {
  readonly field: Field;
  readonly number: number;
  /** Key in a JavaScript object. */
  readonly key: string;
  /** The other key that is accepted on input; the same as `key` when there is none. */
  readonly otherKey: string;
  /** A key is also a property of every object ("constructor", "__proto__"): it needs slower, careful access. */
  readonly guarded: boolean;
  readonly repeated: boolean;
  readonly presence: boolean;
  /** The tag that is written, packed where the field is. */
  readonly tag: number;
  /** The other members of the field's oneof. */
  readonly siblings: readonly FieldPlan[];
}

/** The plan of a scalar or enum field. */
export interface ScalarPlan extends PlanCommon {
  readonly kind: "scalar";
  readonly codec: ScalarCodec;
  readonly packed: boolean;
  /** For repeated fields that are typed arrays. */
  readonly block: Block | undefined;
}

/** The plan of a message field. */
export interface NestedPlan extends PlanCommon {
  readonly kind: "message";
  readonly field: MessageField;
  readonly message: MessageType;
}

/** The plan of a field. */
export type FieldPlan = ScalarPlan | NestedPlan;

/** The plan of a message. */
export interface MessagePlan {
  readonly type: MessageType;
  /** By ascending number. */
  readonly fields: readonly FieldPlan[];
  readonly indexByNumber: ReadonlyMap<number, number>;
  readonly hasOneofs: boolean;
  /** What an empty object of the type costs, in values. */
  readonly weight: number;
}

/** A typed array, even an empty one, takes the memory of about this many values. */
export const blockWeight = 16;

const plans = new WeakMap<MessageType, MessagePlan>();

/** The plan of a type, made at its first use. */
export function planOf(type: MessageType): MessagePlan {
  const known = plans.get(type);
  if (known !== undefined) return known;
  const members = new Map<string, FieldPlan[]>();
  const fields = type.fields.map((field) => planField(field, members));
  const indexByNumber = new Map(fields.map((field, index) => [field.number, index]));
  const weight = fields.reduce(
    (sum, field) => sum + (field.kind === "scalar" && field.block ? blockWeight : 1),
    1,
  );
  const plan = { type, fields, indexByNumber, hasOneofs: members.size > 0, weight };
  plans.set(type, plan);
  return plan;
}

/** `members` collects the fields of each oneof; every member sees the whole list, itself included. */
function planField(field: Field, members: Map<string, FieldPlan[]>): FieldPlan {
  const siblings = field.oneof === "" ? [] : (members.get(field.oneof) ?? []);
  const { number, jsonName: key, name: otherKey, repeated, presence } = field;
  const guarded = key in Object.prototype || otherKey in Object.prototype;
  const common = { field, number, key, otherKey, guarded, repeated, presence, siblings };
  const plan: FieldPlan =
    field.kind === "message"
      ? { kind: "message", ...common, field, tag: tagOf(number, WireType.LENGTH), message: field.message }
      : { kind: "scalar", ...common, ...planScalar(field) };
  if (field.oneof !== "") {
    siblings.push(plan);
    members.set(field.oneof, siblings);
  }
  return plan;
}

function planScalar(field: Exclude<Field, { kind: "message" }>) {
  const codec = field.kind === "enum" ? enumCodec(field.enum) : scalarCodecs[field.type];
  const block = field.kind === "scalar" && field.repeated ? blocks[field.type] : undefined;
  const tag = tagOf(field.number, field.packed ? WireType.LENGTH : codec.wireType);
  return { codec, packed: field.packed, block, tag };
}

function tagOf(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}

/** Reads an own property; what an object inherits is not a field. */
export function getOwn(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Sets an own property, whatever its name. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
