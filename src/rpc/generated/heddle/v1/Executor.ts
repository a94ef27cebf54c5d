// Original file: proto/heddle/v1/executor.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExecuteRequest as _heddle_v1_ExecuteRequest, ExecuteRequest__Output as _heddle_v1_ExecuteRequest__Output } from '../../heddle/v1/ExecuteRequest.ts';
import type { ExecuteResponse as _heddle_v1_ExecuteResponse, ExecuteResponse__Output as _heddle_v1_ExecuteResponse__Output } from '../../heddle/v1/ExecuteResponse.ts';
import type { FetchModuleRequest as _heddle_v1_FetchModuleRequest, FetchModuleRequest__Output as _heddle_v1_FetchModuleRequest__Output } from '../../heddle/v1/FetchModuleRequest.ts';
import type { FetchModuleResponse as _heddle_v1_FetchModuleResponse, FetchModuleResponse__Output as _heddle_v1_FetchModuleResponse__Output } from '../../heddle/v1/FetchModuleResponse.ts';

/**
 * Runs batches on the workers of a node.
 */
export interface ExecutorClient extends grpc.Client {
  /**
   * Carries attempts to the node and their results back. A scheduler opens two: one for frames of at most 64 KiB, one
   * on a connection of its own for large payloads. Both carry the fabric's secret in the metadata `heddle-secret`.
   */
  Execute(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_ExecuteRequest, _heddle_v1_ExecuteResponse__Output>;
  Execute(options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_ExecuteRequest, _heddle_v1_ExecuteResponse__Output>;
  /**
   * Carries attempts to the node and their results back. A scheduler opens two: one for frames of at most 64 KiB, one
   * on a connection of its own for large payloads. Both carry the fabric's secret in the metadata `heddle-secret`.
   */
  execute(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_ExecuteRequest, _heddle_v1_ExecuteResponse__Output>;
  execute(options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_ExecuteRequest, _heddle_v1_ExecuteResponse__Output>;
  
  /**
   * The bytes of a module by digest, for other nodes; carries the fabric's secret in the metadata `heddle-secret`.
   */
  FetchModule(argument: _heddle_v1_FetchModuleRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  FetchModule(argument: _heddle_v1_FetchModuleRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  /**
   * The bytes of a module by digest, for other nodes; carries the fabric's secret in the metadata `heddle-secret`.
   */
  fetchModule(argument: _heddle_v1_FetchModuleRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  fetchModule(argument: _heddle_v1_FetchModuleRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  
}

/**
 * Runs batches on the workers of a node.
 */
export interface ExecutorHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Carries attempts to the node and their results back. A scheduler opens two: one for frames of at most 64 KiB, one
   * on a connection of its own for large payloads. Both carry the fabric's secret in the metadata `heddle-secret`.
   */
  Execute: grpc.handleBidiStreamingCall<_heddle_v1_ExecuteRequest__Output, _heddle_v1_ExecuteResponse>;
  
  /**
   * The bytes of a module by digest, for other nodes; carries the fabric's secret in the metadata `heddle-secret`.
   */
  FetchModule: grpc.handleServerStreamingCall<_heddle_v1_FetchModuleRequest__Output, _heddle_v1_FetchModuleResponse>;
  
}

export interface ExecutorDefinition extends grpc.ServiceDefinition {
  Execute: MethodDefinition<_heddle_v1_ExecuteRequest, _heddle_v1_ExecuteResponse, _heddle_v1_ExecuteRequest__Output, _heddle_v1_ExecuteResponse__Output>
  FetchModule: MethodDefinition<_heddle_v1_FetchModuleRequest, _heddle_v1_FetchModuleResponse, _heddle_v1_FetchModuleRequest__Output, _heddle_v1_FetchModuleResponse__Output>
}
