import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Batch as _heddle_v1_Batch, Batch__Output as _heddle_v1_Batch__Output } from './heddle/v1/Batch.ts';
import type { Cancel as _heddle_v1_Cancel, Cancel__Output as _heddle_v1_Cancel__Output } from './heddle/v1/Cancel.ts';
import type { Chunk as _heddle_v1_Chunk, Chunk__Output as _heddle_v1_Chunk__Output } from './heddle/v1/Chunk.ts';
import type { CodeFacts as _heddle_v1_CodeFacts, CodeFacts__Output as _heddle_v1_CodeFacts__Output } from './heddle/v1/CodeFacts.ts';
import type { Credit as _heddle_v1_Credit, Credit__Output as _heddle_v1_Credit__Output } from './heddle/v1/Credit.ts';
import type { DeleteRequest as _heddle_v1_DeleteRequest, DeleteRequest__Output as _heddle_v1_DeleteRequest__Output } from './heddle/v1/DeleteRequest.ts';
import type { DeleteResponse as _heddle_v1_DeleteResponse, DeleteResponse__Output as _heddle_v1_DeleteResponse__Output } from './heddle/v1/DeleteResponse.ts';
import type { DeployHeader as _heddle_v1_DeployHeader, DeployHeader__Output as _heddle_v1_DeployHeader__Output } from './heddle/v1/DeployHeader.ts';
import type { DeployRequest as _heddle_v1_DeployRequest, DeployRequest__Output as _heddle_v1_DeployRequest__Output } from './heddle/v1/DeployRequest.ts';
import type { DeployResponse as _heddle_v1_DeployResponse, DeployResponse__Output as _heddle_v1_DeployResponse__Output } from './heddle/v1/DeployResponse.ts';
import type { EarlierAttempt as _heddle_v1_EarlierAttempt, EarlierAttempt__Output as _heddle_v1_EarlierAttempt__Output } from './heddle/v1/EarlierAttempt.ts';
import type { ExecuteRequest as _heddle_v1_ExecuteRequest, ExecuteRequest__Output as _heddle_v1_ExecuteRequest__Output } from './heddle/v1/ExecuteRequest.ts';
import type { ExecuteResponse as _heddle_v1_ExecuteResponse, ExecuteResponse__Output as _heddle_v1_ExecuteResponse__Output } from './heddle/v1/ExecuteResponse.ts';
import type { ExecutorClient as _heddle_v1_ExecutorClient, ExecutorDefinition as _heddle_v1_ExecutorDefinition } from './heddle/v1/Executor.ts';
import type { FetchModuleRequest as _heddle_v1_FetchModuleRequest, FetchModuleRequest__Output as _heddle_v1_FetchModuleRequest__Output } from './heddle/v1/FetchModuleRequest.ts';
import type { FetchModuleResponse as _heddle_v1_FetchModuleResponse, FetchModuleResponse__Output as _heddle_v1_FetchModuleResponse__Output } from './heddle/v1/FetchModuleResponse.ts';
import type { Function as _heddle_v1_Function, Function__Output as _heddle_v1_Function__Output } from './heddle/v1/Function.ts';
import type { FunctionEntry as _heddle_v1_FunctionEntry, FunctionEntry__Output as _heddle_v1_FunctionEntry__Output } from './heddle/v1/FunctionEntry.ts';
import type { GetRequest as _heddle_v1_GetRequest, GetRequest__Output as _heddle_v1_GetRequest__Output } from './heddle/v1/GetRequest.ts';
import type { GetResponse as _heddle_v1_GetResponse, GetResponse__Output as _heddle_v1_GetResponse__Output } from './heddle/v1/GetResponse.ts';
import type { Hello as _heddle_v1_Hello, Hello__Output as _heddle_v1_Hello__Output } from './heddle/v1/Hello.ts';
import type { ItemError as _heddle_v1_ItemError, ItemError__Output as _heddle_v1_ItemError__Output } from './heddle/v1/ItemError.ts';
import type { Kernel as _heddle_v1_Kernel, Kernel__Output as _heddle_v1_Kernel__Output } from './heddle/v1/Kernel.ts';
import type { KernelsClient as _heddle_v1_KernelsClient, KernelsDefinition as _heddle_v1_KernelsDefinition } from './heddle/v1/Kernels.ts';
import type { ListRequest as _heddle_v1_ListRequest, ListRequest__Output as _heddle_v1_ListRequest__Output } from './heddle/v1/ListRequest.ts';
import type { ListResponse as _heddle_v1_ListResponse, ListResponse__Output as _heddle_v1_ListResponse__Output } from './heddle/v1/ListResponse.ts';
import type { Log as _heddle_v1_Log, Log__Output as _heddle_v1_Log__Output } from './heddle/v1/Log.ts';
import type { LogLine as _heddle_v1_LogLine, LogLine__Output as _heddle_v1_LogLine__Output } from './heddle/v1/LogLine.ts';
import type { LogsRequest as _heddle_v1_LogsRequest, LogsRequest__Output as _heddle_v1_LogsRequest__Output } from './heddle/v1/LogsRequest.ts';
import type { LogsResponse as _heddle_v1_LogsResponse, LogsResponse__Output as _heddle_v1_LogsResponse__Output } from './heddle/v1/LogsResponse.ts';
import type { Pause as _heddle_v1_Pause, Pause__Output as _heddle_v1_Pause__Output } from './heddle/v1/Pause.ts';
import type { Promote as _heddle_v1_Promote, Promote__Output as _heddle_v1_Promote__Output } from './heddle/v1/Promote.ts';
import type { Result as _heddle_v1_Result, Result__Output as _heddle_v1_Result__Output } from './heddle/v1/Result.ts';
import type { Rollback as _heddle_v1_Rollback, Rollback__Output as _heddle_v1_Rollback__Output } from './heddle/v1/Rollback.ts';
import type { RouteRequest as _heddle_v1_RouteRequest, RouteRequest__Output as _heddle_v1_RouteRequest__Output } from './heddle/v1/RouteRequest.ts';
import type { RouteResponse as _heddle_v1_RouteResponse, RouteResponse__Output as _heddle_v1_RouteResponse__Output } from './heddle/v1/RouteResponse.ts';
import type { ShadowDifference as _heddle_v1_ShadowDifference, ShadowDifference__Output as _heddle_v1_ShadowDifference__Output } from './heddle/v1/ShadowDifference.ts';
import type { ShadowReport as _heddle_v1_ShadowReport, ShadowReport__Output as _heddle_v1_ShadowReport__Output } from './heddle/v1/ShadowReport.ts';
import type { Version as _heddle_v1_Version, Version__Output as _heddle_v1_Version__Output } from './heddle/v1/Version.ts';
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
      CodeFacts: MessageTypeDefinition<_heddle_v1_CodeFacts, _heddle_v1_CodeFacts__Output>
      Credit: MessageTypeDefinition<_heddle_v1_Credit, _heddle_v1_Credit__Output>
      DeleteRequest: MessageTypeDefinition<_heddle_v1_DeleteRequest, _heddle_v1_DeleteRequest__Output>
      DeleteResponse: MessageTypeDefinition<_heddle_v1_DeleteResponse, _heddle_v1_DeleteResponse__Output>
      DeployHeader: MessageTypeDefinition<_heddle_v1_DeployHeader, _heddle_v1_DeployHeader__Output>
      DeployRequest: MessageTypeDefinition<_heddle_v1_DeployRequest, _heddle_v1_DeployRequest__Output>
      DeployResponse: MessageTypeDefinition<_heddle_v1_DeployResponse, _heddle_v1_DeployResponse__Output>
      EarlierAttempt: MessageTypeDefinition<_heddle_v1_EarlierAttempt, _heddle_v1_EarlierAttempt__Output>
      ExecuteRequest: MessageTypeDefinition<_heddle_v1_ExecuteRequest, _heddle_v1_ExecuteRequest__Output>
      ExecuteResponse: MessageTypeDefinition<_heddle_v1_ExecuteResponse, _heddle_v1_ExecuteResponse__Output>
      /**
       * Runs batches on the workers of a node.
       */
      Executor: SubtypeConstructor<typeof grpc.Client, _heddle_v1_ExecutorClient> & { service: _heddle_v1_ExecutorDefinition }
      FetchModuleRequest: MessageTypeDefinition<_heddle_v1_FetchModuleRequest, _heddle_v1_FetchModuleRequest__Output>
      FetchModuleResponse: MessageTypeDefinition<_heddle_v1_FetchModuleResponse, _heddle_v1_FetchModuleResponse__Output>
      Function: MessageTypeDefinition<_heddle_v1_Function, _heddle_v1_Function__Output>
      FunctionEntry: MessageTypeDefinition<_heddle_v1_FunctionEntry, _heddle_v1_FunctionEntry__Output>
      GetRequest: MessageTypeDefinition<_heddle_v1_GetRequest, _heddle_v1_GetRequest__Output>
      GetResponse: MessageTypeDefinition<_heddle_v1_GetResponse, _heddle_v1_GetResponse__Output>
      Hello: MessageTypeDefinition<_heddle_v1_Hello, _heddle_v1_Hello__Output>
      ItemError: MessageTypeDefinition<_heddle_v1_ItemError, _heddle_v1_ItemError__Output>
      Kernel: MessageTypeDefinition<_heddle_v1_Kernel, _heddle_v1_Kernel__Output>
      /**
       * The registry of kernels.
       */
      Kernels: SubtypeConstructor<typeof grpc.Client, _heddle_v1_KernelsClient> & { service: _heddle_v1_KernelsDefinition }
      ListRequest: MessageTypeDefinition<_heddle_v1_ListRequest, _heddle_v1_ListRequest__Output>
      ListResponse: MessageTypeDefinition<_heddle_v1_ListResponse, _heddle_v1_ListResponse__Output>
      Log: MessageTypeDefinition<_heddle_v1_Log, _heddle_v1_Log__Output>
      LogLine: MessageTypeDefinition<_heddle_v1_LogLine, _heddle_v1_LogLine__Output>
      LogsRequest: MessageTypeDefinition<_heddle_v1_LogsRequest, _heddle_v1_LogsRequest__Output>
      LogsResponse: MessageTypeDefinition<_heddle_v1_LogsResponse, _heddle_v1_LogsResponse__Output>
      ModuleKind: EnumTypeDefinition
      Pause: MessageTypeDefinition<_heddle_v1_Pause, _heddle_v1_Pause__Output>
      Promote: MessageTypeDefinition<_heddle_v1_Promote, _heddle_v1_Promote__Output>
      Result: MessageTypeDefinition<_heddle_v1_Result, _heddle_v1_Result__Output>
      Rollback: MessageTypeDefinition<_heddle_v1_Rollback, _heddle_v1_Rollback__Output>
      RouteRequest: MessageTypeDefinition<_heddle_v1_RouteRequest, _heddle_v1_RouteRequest__Output>
      RouteResponse: MessageTypeDefinition<_heddle_v1_RouteResponse, _heddle_v1_RouteResponse__Output>
      ShadowDifference: MessageTypeDefinition<_heddle_v1_ShadowDifference, _heddle_v1_ShadowDifference__Output>
      ShadowReport: MessageTypeDefinition<_heddle_v1_ShadowReport, _heddle_v1_ShadowReport__Output>
      Version: MessageTypeDefinition<_heddle_v1_Version, _heddle_v1_Version__Output>
      Welcome: MessageTypeDefinition<_heddle_v1_Welcome, _heddle_v1_Welcome__Output>
    }
  }
}

