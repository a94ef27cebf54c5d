import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Batch as _heddle_v1_Batch, Batch__Output as _heddle_v1_Batch__Output } from './heddle/v1/Batch.ts';
import type { Cancel as _heddle_v1_Cancel, Cancel__Output as _heddle_v1_Cancel__Output } from './heddle/v1/Cancel.ts';
import type { Chunk as _heddle_v1_Chunk, Chunk__Output as _heddle_v1_Chunk__Output } from './heddle/v1/Chunk.ts';
import type { Credit as _heddle_v1_Credit, Credit__Output as _heddle_v1_Credit__Output } from './heddle/v1/Credit.ts';
import type { EarlierAttempt as _heddle_v1_EarlierAttempt, EarlierAttempt__Output as _heddle_v1_EarlierAttempt__Output } from './heddle/v1/EarlierAttempt.ts';
import type { FabricClient as _heddle_v1_FabricClient, FabricDefinition as _heddle_v1_FabricDefinition } from './heddle/v1/Fabric.ts';
import type { FunctionEntry as _heddle_v1_FunctionEntry, FunctionEntry__Output as _heddle_v1_FunctionEntry__Output } from './heddle/v1/FunctionEntry.ts';
import type { Hello as _heddle_v1_Hello, Hello__Output as _heddle_v1_Hello__Output } from './heddle/v1/Hello.ts';
import type { InvocationStats as _heddle_v1_InvocationStats, InvocationStats__Output as _heddle_v1_InvocationStats__Output } from './heddle/v1/InvocationStats.ts';
import type { InvokeRequest as _heddle_v1_InvokeRequest, InvokeRequest__Output as _heddle_v1_InvokeRequest__Output } from './heddle/v1/InvokeRequest.ts';
import type { InvokeResponse as _heddle_v1_InvokeResponse, InvokeResponse__Output as _heddle_v1_InvokeResponse__Output } from './heddle/v1/InvokeResponse.ts';
import type { ItemError as _heddle_v1_ItemError, ItemError__Output as _heddle_v1_ItemError__Output } from './heddle/v1/ItemError.ts';
import type { Log as _heddle_v1_Log, Log__Output as _heddle_v1_Log__Output } from './heddle/v1/Log.ts';
import type { Pause as _heddle_v1_Pause, Pause__Output as _heddle_v1_Pause__Output } from './heddle/v1/Pause.ts';
import type { Result as _heddle_v1_Result, Result__Output as _heddle_v1_Result__Output } from './heddle/v1/Result.ts';
import type { SessionRequest as _heddle_v1_SessionRequest, SessionRequest__Output as _heddle_v1_SessionRequest__Output } from './heddle/v1/SessionRequest.ts';
import type { SessionResponse as _heddle_v1_SessionResponse, SessionResponse__Output as _heddle_v1_SessionResponse__Output } from './heddle/v1/SessionResponse.ts';
import type { Welcome as _heddle_v1_Welcome, Welcome__Output as _heddle_v1_Welcome__Output } from './heddle/v1/Welcome.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  heddle: {
    v1: {
      Batch: MessageTypeDefinition<_heddle_v1_Batch, _heddle_v1_Batch__Output>
      Cancel: MessageTypeDefinition<_heddle_v1_Cancel, _heddle_v1_Cancel__Output>
      Chunk: MessageTypeDefinition<_heddle_v1_Chunk, _heddle_v1_Chunk__Output>
      Credit: MessageTypeDefinition<_heddle_v1_Credit, _heddle_v1_Credit__Output>
      EarlierAttempt: MessageTypeDefinition<_heddle_v1_EarlierAttempt, _heddle_v1_EarlierAttempt__Output>
      /**
       * Calls kernels.
       */
      Fabric: SubtypeConstructor<typeof grpc.Client, _heddle_v1_FabricClient> & { service: _heddle_v1_FabricDefinition }
      FunctionEntry: MessageTypeDefinition<_heddle_v1_FunctionEntry, _heddle_v1_FunctionEntry__Output>
      Hello: MessageTypeDefinition<_heddle_v1_Hello, _heddle_v1_Hello__Output>
      InvocationStats: MessageTypeDefinition<_heddle_v1_InvocationStats, _heddle_v1_InvocationStats__Output>
      InvokeRequest: MessageTypeDefinition<_heddle_v1_InvokeRequest, _heddle_v1_InvokeRequest__Output>
      InvokeResponse: MessageTypeDefinition<_heddle_v1_InvokeResponse, _heddle_v1_InvokeResponse__Output>
      ItemError: MessageTypeDefinition<_heddle_v1_ItemError, _heddle_v1_ItemError__Output>
      Log: MessageTypeDefinition<_heddle_v1_Log, _heddle_v1_Log__Output>
      Pause: MessageTypeDefinition<_heddle_v1_Pause, _heddle_v1_Pause__Output>
      Result: MessageTypeDefinition<_heddle_v1_Result, _heddle_v1_Result__Output>
      SessionRequest: MessageTypeDefinition<_heddle_v1_SessionRequest, _heddle_v1_SessionRequest__Output>
      SessionResponse: MessageTypeDefinition<_heddle_v1_SessionResponse, _heddle_v1_SessionResponse__Output>
      Welcome: MessageTypeDefinition<_heddle_v1_Welcome, _heddle_v1_Welcome__Output>
    }
  }
}

