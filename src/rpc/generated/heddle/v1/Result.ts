// Original file: proto/heddle/v1/invocation.proto

import type { ItemError as _heddle_v1_ItemError, ItemError__Output as _heddle_v1_ItemError__Output } from '../../heddle/v1/ItemError.ts';
import type { EarlierAttempt as _heddle_v1_EarlierAttempt, EarlierAttempt__Output as _heddle_v1_EarlierAttempt__Output } from '../../heddle/v1/EarlierAttempt.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Outcomes of the items [first, first + count) of the batch `id`.
 */
export interface Result {
  /**
   * Id of the batch (Session) or of the attempt (Execute).
   */
  'id'?: (number | string | Long);
  /**
   * Index of the first item.
   */
  'first'?: (number | string | Long);
  /**
   * Number of items.
   */
  'count'?: (number);
  /**
   * Size of each response in bytes; 0 for an item that failed. Empty when every response is.
   */
  'sizes'?: (number)[];
  /**
   * The responses, one after another.
   */
  'payloads'?: (Buffer | Uint8Array | string);
  /**
   * When not zero, `payloads` is empty and as many bytes come in chunks of the same id on the bulk stream.
   */
  'bulkBytes'?: (number | string | Long);
  /**
   * The items that failed, by index.
   */
  'errors'?: (_heddle_v1_ItemError)[];
  /**
   * On Execute: nothing more comes for this id. A client of Session counts the outcomes of its items itself.
   */
  'done'?: (boolean);
  /**
   * On Execute with `done`: why items that were never reported have not run.
   */
  'rest'?: (_heddle_v1_ItemError | null);
  /**
   * Time each item ran, in ms.
   */
  'runMs'?: (number | string)[];
  /**
   * Time the batch waited on the node, in ms.
   */
  'queuedMs'?: (number | string);
  /**
   * Part of the time that went into instantiating, in ms; 0 for a warm instance.
   */
  'coldMs'?: (number | string);
  /**
   * Thread of the node that ran it.
   */
  'worker'?: (number);
  /**
   * The node that ran it.
   */
  'node'?: (string);
  /**
   * Which try brought it; 1 is the first.
   */
  'attempt'?: (number);
  /**
   * Boot of the node (Execute).
   */
  'incarnation'?: (number | string | Long);
  /**
   * Largest memory of the instance, in bytes.
   */
  'memoryBytes'?: (number | string | Long);
  /**
   * Tries before this one that touched these items; only when `attempt` is above 1.
   */
  'earlier'?: (_heddle_v1_EarlierAttempt)[];
  /**
   * On Session, with the first outcomes of a map: sha-256 of the version it runs on. A client that submits the map again
   * after a lost connection names that version.
   */
  'digest'?: (Buffer | Uint8Array | string);
}

/**
 * Outcomes of the items [first, first + count) of the batch `id`.
 */
export interface Result__Output {
  /**
   * Id of the batch (Session) or of the attempt (Execute).
   */
  'id': (number);
  /**
   * Index of the first item.
   */
  'first': (number);
  /**
   * Number of items.
   */
  'count': (number);
  /**
   * Size of each response in bytes; 0 for an item that failed. Empty when every response is.
   */
  'sizes': (number)[];
  /**
   * The responses, one after another.
   */
  'payloads': (Buffer);
  /**
   * When not zero, `payloads` is empty and as many bytes come in chunks of the same id on the bulk stream.
   */
  'bulkBytes': (number);
  /**
   * The items that failed, by index.
   */
  'errors': (_heddle_v1_ItemError__Output)[];
  /**
   * On Execute: nothing more comes for this id. A client of Session counts the outcomes of its items itself.
   */
  'done': (boolean);
  /**
   * On Execute with `done`: why items that were never reported have not run.
   */
  'rest': (_heddle_v1_ItemError__Output | null);
  /**
   * Time each item ran, in ms.
   */
  'runMs': (number)[];
  /**
   * Time the batch waited on the node, in ms.
   */
  'queuedMs': (number);
  /**
   * Part of the time that went into instantiating, in ms; 0 for a warm instance.
   */
  'coldMs': (number);
  /**
   * Thread of the node that ran it.
   */
  'worker': (number);
  /**
   * The node that ran it.
   */
  'node': (string);
  /**
   * Which try brought it; 1 is the first.
   */
  'attempt': (number);
  /**
   * Boot of the node (Execute).
   */
  'incarnation': (number);
  /**
   * Largest memory of the instance, in bytes.
   */
  'memoryBytes': (number);
  /**
   * Tries before this one that touched these items; only when `attempt` is above 1.
   */
  'earlier': (_heddle_v1_EarlierAttempt__Output)[];
  /**
   * On Session, with the first outcomes of a map: sha-256 of the version it runs on. A client that submits the map again
   * after a lost connection names that version.
   */
  'digest': (Buffer);
}
