// Original file: proto/heddle/v1/kernels.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DeployRequest as _heddle_v1_DeployRequest, DeployRequest__Output as _heddle_v1_DeployRequest__Output } from '../../heddle/v1/DeployRequest.ts';
import type { DeployResponse as _heddle_v1_DeployResponse, DeployResponse__Output as _heddle_v1_DeployResponse__Output } from '../../heddle/v1/DeployResponse.ts';
import type { FetchModuleRequest as _heddle_v1_FetchModuleRequest, FetchModuleRequest__Output as _heddle_v1_FetchModuleRequest__Output } from '../../heddle/v1/FetchModuleRequest.ts';
import type { FetchModuleResponse as _heddle_v1_FetchModuleResponse, FetchModuleResponse__Output as _heddle_v1_FetchModuleResponse__Output } from '../../heddle/v1/FetchModuleResponse.ts';
import type { GetRequest as _heddle_v1_GetRequest, GetRequest__Output as _heddle_v1_GetRequest__Output } from '../../heddle/v1/GetRequest.ts';
import type { GetResponse as _heddle_v1_GetResponse, GetResponse__Output as _heddle_v1_GetResponse__Output } from '../../heddle/v1/GetResponse.ts';
import type { ListRequest as _heddle_v1_ListRequest, ListRequest__Output as _heddle_v1_ListRequest__Output } from '../../heddle/v1/ListRequest.ts';
import type { ListResponse as _heddle_v1_ListResponse, ListResponse__Output as _heddle_v1_ListResponse__Output } from '../../heddle/v1/ListResponse.ts';

/**
 * The registry of kernels.
 */
export interface KernelsClient extends grpc.Client {
  /**
   * Checks a module and points its kernel's name at it. Answers when every live node has it, or says which lack it.
   */
  Deploy(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  Deploy(metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  Deploy(options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  Deploy(callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  /**
   * Checks a module and points its kernel's name at it. Answers when every live node has it, or says which lack it.
   */
  deploy(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  deploy(metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  deploy(options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  deploy(callback: grpc.requestCallback<_heddle_v1_DeployResponse__Output>): grpc.ClientWritableStream<_heddle_v1_DeployRequest>;
  
  /**
   * The bytes of a module by digest, for nodes; carries the fabric's secret in the metadata `heddle-secret`.
   */
  FetchModule(argument: _heddle_v1_FetchModuleRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  FetchModule(argument: _heddle_v1_FetchModuleRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  /**
   * The bytes of a module by digest, for nodes; carries the fabric's secret in the metadata `heddle-secret`.
   */
  fetchModule(argument: _heddle_v1_FetchModuleRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  fetchModule(argument: _heddle_v1_FetchModuleRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  
  /**
   * One kernel with its descriptor.
   */
  Get(argument: _heddle_v1_GetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _heddle_v1_GetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _heddle_v1_GetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _heddle_v1_GetRequest, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  /**
   * One kernel with its descriptor.
   */
  get(argument: _heddle_v1_GetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _heddle_v1_GetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _heddle_v1_GetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _heddle_v1_GetRequest, callback: grpc.requestCallback<_heddle_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * All kernels.
   */
  List(argument: _heddle_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _heddle_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _heddle_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _heddle_v1_ListRequest, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  /**
   * All kernels.
   */
  list(argument: _heddle_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _heddle_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _heddle_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _heddle_v1_ListRequest, callback: grpc.requestCallback<_heddle_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * The registry of kernels.
 */
export interface KernelsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Checks a module and points its kernel's name at it. Answers when every live node has it, or says which lack it.
   */
  Deploy: grpc.handleClientStreamingCall<_heddle_v1_DeployRequest__Output, _heddle_v1_DeployResponse>;
  
  /**
   * The bytes of a module by digest, for nodes; carries the fabric's secret in the metadata `heddle-secret`.
   */
  FetchModule: grpc.handleServerStreamingCall<_heddle_v1_FetchModuleRequest__Output, _heddle_v1_FetchModuleResponse>;
  
  /**
   * One kernel with its descriptor.
   */
  Get: grpc.handleUnaryCall<_heddle_v1_GetRequest__Output, _heddle_v1_GetResponse>;
  
  /**
   * All kernels.
   */
  List: grpc.handleUnaryCall<_heddle_v1_ListRequest__Output, _heddle_v1_ListResponse>;
  
}

export interface KernelsDefinition extends grpc.ServiceDefinition {
  Deploy: MethodDefinition<_heddle_v1_DeployRequest, _heddle_v1_DeployResponse, _heddle_v1_DeployRequest__Output, _heddle_v1_DeployResponse__Output>
  FetchModule: MethodDefinition<_heddle_v1_FetchModuleRequest, _heddle_v1_FetchModuleResponse, _heddle_v1_FetchModuleRequest__Output, _heddle_v1_FetchModuleResponse__Output>
  Get: MethodDefinition<_heddle_v1_GetRequest, _heddle_v1_GetResponse, _heddle_v1_GetRequest__Output, _heddle_v1_GetResponse__Output>
  List: MethodDefinition<_heddle_v1_ListRequest, _heddle_v1_ListResponse, _heddle_v1_ListRequest__Output, _heddle_v1_ListResponse__Output>
}
