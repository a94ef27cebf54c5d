import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Accepted as _heddle_v1_Accepted, Accepted__Output as _heddle_v1_Accepted__Output } from './heddle/v1/Accepted.ts';
import type { AttemptEnded as _heddle_v1_AttemptEnded, AttemptEnded__Output as _heddle_v1_AttemptEnded__Output } from './heddle/v1/AttemptEnded.ts';
import type { AttemptStarted as _heddle_v1_AttemptStarted, AttemptStarted__Output as _heddle_v1_AttemptStarted__Output } from './heddle/v1/AttemptStarted.ts';
import type { Batch as _heddle_v1_Batch, Batch__Output as _heddle_v1_Batch__Output } from './heddle/v1/Batch.ts';
import type { Cancel as _heddle_v1_Cancel, Cancel__Output as _heddle_v1_Cancel__Output } from './heddle/v1/Cancel.ts';
import type { Chunk as _heddle_v1_Chunk, Chunk__Output as _heddle_v1_Chunk__Output } from './heddle/v1/Chunk.ts';
import type { ClusterClient as _heddle_v1_ClusterClient, ClusterDefinition as _heddle_v1_ClusterDefinition } from './heddle/v1/Cluster.ts';
import type { Credit as _heddle_v1_Credit, Credit__Output as _heddle_v1_Credit__Output } from './heddle/v1/Credit.ts';
import type { DrainOrder as _heddle_v1_DrainOrder, DrainOrder__Output as _heddle_v1_DrainOrder__Output } from './heddle/v1/DrainOrder.ts';
import type { EarlierAttempt as _heddle_v1_EarlierAttempt, EarlierAttempt__Output as _heddle_v1_EarlierAttempt__Output } from './heddle/v1/EarlierAttempt.ts';
import type { FunctionEntry as _heddle_v1_FunctionEntry, FunctionEntry__Output as _heddle_v1_FunctionEntry__Output } from './heddle/v1/FunctionEntry.ts';
import type { Heartbeat as _heddle_v1_Heartbeat, Heartbeat__Output as _heddle_v1_Heartbeat__Output } from './heddle/v1/Heartbeat.ts';
import type { Hello as _heddle_v1_Hello, Hello__Output as _heddle_v1_Hello__Output } from './heddle/v1/Hello.ts';
import type { ItemError as _heddle_v1_ItemError, ItemError__Output as _heddle_v1_ItemError__Output } from './heddle/v1/ItemError.ts';
import type { Leaving as _heddle_v1_Leaving, Leaving__Output as _heddle_v1_Leaving__Output } from './heddle/v1/Leaving.ts';
import type { ListNodesRequest as _heddle_v1_ListNodesRequest, ListNodesRequest__Output as _heddle_v1_ListNodesRequest__Output } from './heddle/v1/ListNodesRequest.ts';
import type { ListNodesResponse as _heddle_v1_ListNodesResponse, ListNodesResponse__Output as _heddle_v1_ListNodesResponse__Output } from './heddle/v1/ListNodesResponse.ts';
import type { Log as _heddle_v1_Log, Log__Output as _heddle_v1_Log__Output } from './heddle/v1/Log.ts';
import type { Node as _heddle_v1_Node, Node__Output as _heddle_v1_Node__Output } from './heddle/v1/Node.ts';
import type { NodeFacts as _heddle_v1_NodeFacts, NodeFacts__Output as _heddle_v1_NodeFacts__Output } from './heddle/v1/NodeFacts.ts';
import type { Pause as _heddle_v1_Pause, Pause__Output as _heddle_v1_Pause__Output } from './heddle/v1/Pause.ts';
import type { RegisterRequest as _heddle_v1_RegisterRequest, RegisterRequest__Output as _heddle_v1_RegisterRequest__Output } from './heddle/v1/RegisterRequest.ts';
import type { RegisterResponse as _heddle_v1_RegisterResponse, RegisterResponse__Output as _heddle_v1_RegisterResponse__Output } from './heddle/v1/RegisterResponse.ts';
import type { Result as _heddle_v1_Result, Result__Output as _heddle_v1_Result__Output } from './heddle/v1/Result.ts';
import type { Synced as _heddle_v1_Synced, Synced__Output as _heddle_v1_Synced__Output } from './heddle/v1/Synced.ts';
import type { WatchRequest as _heddle_v1_WatchRequest, WatchRequest__Output as _heddle_v1_WatchRequest__Output } from './heddle/v1/WatchRequest.ts';
import type { WatchResponse as _heddle_v1_WatchResponse, WatchResponse__Output as _heddle_v1_WatchResponse__Output } from './heddle/v1/WatchResponse.ts';
import type { Welcome as _heddle_v1_Welcome, Welcome__Output as _heddle_v1_Welcome__Output } from './heddle/v1/Welcome.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  heddle: {
    v1: {
      Accepted: MessageTypeDefinition<_heddle_v1_Accepted, _heddle_v1_Accepted__Output>
      AttemptEnded: MessageTypeDefinition<_heddle_v1_AttemptEnded, _heddle_v1_AttemptEnded__Output>
      AttemptStarted: MessageTypeDefinition<_heddle_v1_AttemptStarted, _heddle_v1_AttemptStarted__Output>
      Batch: MessageTypeDefinition<_heddle_v1_Batch, _heddle_v1_Batch__Output>
      Cancel: MessageTypeDefinition<_heddle_v1_Cancel, _heddle_v1_Cancel__Output>
      Chunk: MessageTypeDefinition<_heddle_v1_Chunk, _heddle_v1_Chunk__Output>
      /**
       * Membership of the fabric.
       */
      Cluster: SubtypeConstructor<typeof grpc.Client, _heddle_v1_ClusterClient> & { service: _heddle_v1_ClusterDefinition }
      Credit: MessageTypeDefinition<_heddle_v1_Credit, _heddle_v1_Credit__Output>
      DrainOrder: MessageTypeDefinition<_heddle_v1_DrainOrder, _heddle_v1_DrainOrder__Output>
      EarlierAttempt: MessageTypeDefinition<_heddle_v1_EarlierAttempt, _heddle_v1_EarlierAttempt__Output>
      FunctionEntry: MessageTypeDefinition<_heddle_v1_FunctionEntry, _heddle_v1_FunctionEntry__Output>
      Heartbeat: MessageTypeDefinition<_heddle_v1_Heartbeat, _heddle_v1_Heartbeat__Output>
      Hello: MessageTypeDefinition<_heddle_v1_Hello, _heddle_v1_Hello__Output>
      ItemError: MessageTypeDefinition<_heddle_v1_ItemError, _heddle_v1_ItemError__Output>
      Leaving: MessageTypeDefinition<_heddle_v1_Leaving, _heddle_v1_Leaving__Output>
      ListNodesRequest: MessageTypeDefinition<_heddle_v1_ListNodesRequest, _heddle_v1_ListNodesRequest__Output>
      ListNodesResponse: MessageTypeDefinition<_heddle_v1_ListNodesResponse, _heddle_v1_ListNodesResponse__Output>
      Log: MessageTypeDefinition<_heddle_v1_Log, _heddle_v1_Log__Output>
      Node: MessageTypeDefinition<_heddle_v1_Node, _heddle_v1_Node__Output>
      NodeFacts: MessageTypeDefinition<_heddle_v1_NodeFacts, _heddle_v1_NodeFacts__Output>
      NodeState: EnumTypeDefinition
      Pause: MessageTypeDefinition<_heddle_v1_Pause, _heddle_v1_Pause__Output>
      RegisterRequest: MessageTypeDefinition<_heddle_v1_RegisterRequest, _heddle_v1_RegisterRequest__Output>
      RegisterResponse: MessageTypeDefinition<_heddle_v1_RegisterResponse, _heddle_v1_RegisterResponse__Output>
      Result: MessageTypeDefinition<_heddle_v1_Result, _heddle_v1_Result__Output>
      Synced: MessageTypeDefinition<_heddle_v1_Synced, _heddle_v1_Synced__Output>
      WatchRequest: MessageTypeDefinition<_heddle_v1_WatchRequest, _heddle_v1_WatchRequest__Output>
      WatchResponse: MessageTypeDefinition<_heddle_v1_WatchResponse, _heddle_v1_WatchResponse__Output>
      Welcome: MessageTypeDefinition<_heddle_v1_Welcome, _heddle_v1_Welcome__Output>
    }
  }
}

