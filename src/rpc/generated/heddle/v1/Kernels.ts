// Original file: proto/heddle/v1/kernels.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DeleteRequest as _heddle_v1_DeleteRequest, DeleteRequest__Output as _heddle_v1_DeleteRequest__Output } from '../../heddle/v1/DeleteRequest.ts';
import type { DeleteResponse as _heddle_v1_DeleteResponse, DeleteResponse__Output as _heddle_v1_DeleteResponse__Output } from '../../heddle/v1/DeleteResponse.ts';
import type { DeployRequest as _heddle_v1_DeployRequest, DeployRequest__Output as _heddle_v1_DeployRequest__Output } from '../../heddle/v1/DeployRequest.ts';
import type { DeployResponse as _heddle_v1_DeployResponse, DeployResponse__Output as _heddle_v1_DeployResponse__Output } from '../../heddle/v1/DeployResponse.ts';
import type { FetchModuleRequest as _heddle_v1_FetchModuleRequest, FetchModuleRequest__Output as _heddle_v1_FetchModuleRequest__Output } from '../../heddle/v1/FetchModuleRequest.ts';
import type { FetchModuleResponse as _heddle_v1_FetchModuleResponse, FetchModuleResponse__Output as _heddle_v1_FetchModuleResponse__Output } from '../../heddle/v1/FetchModuleResponse.ts';
import type { GetRequest as _heddle_v1_GetRequest, GetRequest__Output as _heddle_v1_GetRequest__Output } from '../../heddle/v1/GetRequest.ts';
import type { GetResponse as _heddle_v1_GetResponse, GetResponse__Output as _heddle_v1_GetResponse__Output } from '../../heddle/v1/GetResponse.ts';
import type { ListRequest as _heddle_v1_ListRequest, ListRequest__Output as _heddle_v1_ListRequest__Output } from '../../heddle/v1/ListRequest.ts';
import type { ListResponse as _heddle_v1_ListResponse, ListResponse__Output as _heddle_v1_ListResponse__Output } from '../../heddle/v1/ListResponse.ts';
import type { LogsRequest as _heddle_v1_LogsRequest, LogsRequest__Output as _heddle_v1_LogsRequest__Output } from '../../heddle/v1/LogsRequest.ts';
import type { LogsResponse as _heddle_v1_LogsResponse, LogsResponse__Output as _heddle_v1_LogsResponse__Output } from '../../heddle/v1/LogsResponse.ts';
import type { RouteRequest as _heddle_v1_RouteRequest, RouteRequest__Output as _heddle_v1_RouteRequest__Output } from '../../heddle/v1/RouteRequest.ts';
import type { RouteResponse as _heddle_v1_RouteResponse, RouteResponse__Output as _heddle_v1_RouteResponse__Output } from '../../heddle/v1/RouteResponse.ts';

/**
 * The registry of kernels.
 */
export interface KernelsClient extends grpc.Client {
  /**
   * Removes a kernel, or one of its versions. What runs finishes.
   */
  Delete(argument: _heddle_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _heddle_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _heddle_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _heddle_v1_DeleteRequest, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Removes a kernel, or one of its versions. What runs finishes.
   */
  delete(argument: _heddle_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _heddle_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _heddle_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _heddle_v1_DeleteRequest, callback: grpc.requestCallback<_heddle_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  
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
   * The bytes of a module by digest, for nodes; carries the fabric's secret in the metadata `heddle-secret`. Of a module
   * that is being deployed the last part comes when it is admitted.
   */
  FetchModule(argument: _heddle_v1_FetchModuleRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  FetchModule(argument: _heddle_v1_FetchModuleRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_FetchModuleResponse__Output>;
  /**
   * The bytes of a module by digest, for nodes; carries the fabric's secret in the metadata `heddle-secret`. Of a module
   * that is being deployed the last part comes when it is admitted.
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
  
  /**
   * What kernels logged: the last lines, and with `follow` those to come.
   */
  Logs(argument: _heddle_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_LogsResponse__Output>;
  Logs(argument: _heddle_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_LogsResponse__Output>;
  /**
   * What kernels logged: the last lines, and with `follow` those to come.
   */
  logs(argument: _heddle_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_LogsResponse__Output>;
  logs(argument: _heddle_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_LogsResponse__Output>;
  
  /**
   * Changes which version of a kernel gets the calls: promotes a version on trial, or rolls back.
   */
  Route(argument: _heddle_v1_RouteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  Route(argument: _heddle_v1_RouteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  Route(argument: _heddle_v1_RouteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  Route(argument: _heddle_v1_RouteRequest, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Changes which version of a kernel gets the calls: promotes a version on trial, or rolls back.
   */
  route(argument: _heddle_v1_RouteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  route(argument: _heddle_v1_RouteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  route(argument: _heddle_v1_RouteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  route(argument: _heddle_v1_RouteRequest, callback: grpc.requestCallback<_heddle_v1_RouteResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * The registry of kernels.
 */
export interface KernelsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Removes a kernel, or one of its versions. What runs finishes.
   */
  Delete: grpc.handleUnaryCall<_heddle_v1_DeleteRequest__Output, _heddle_v1_DeleteResponse>;
  
  /**
   * Checks a module and points its kernel's name at it. Answers when every live node has it, or says which lack it.
   */
  Deploy: grpc.handleClientStreamingCall<_heddle_v1_DeployRequest__Output, _heddle_v1_DeployResponse>;
  
  /**
   * The bytes of a module by digest, for nodes; carries the fabric's secret in the metadata `heddle-secret`. Of a module
   * that is being deployed the last part comes when it is admitted.
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
  
  /**
   * What kernels logged: the last lines, and with `follow` those to come.
   */
  Logs: grpc.handleServerStreamingCall<_heddle_v1_LogsRequest__Output, _heddle_v1_LogsResponse>;
  
  /**
   * Changes which version of a kernel gets the calls: promotes a version on trial, or rolls back.
   */
  Route: grpc.handleUnaryCall<_heddle_v1_RouteRequest__Output, _heddle_v1_RouteResponse>;
  
}

export interface KernelsDefinition extends grpc.ServiceDefinition {
  Delete: MethodDefinition<_heddle_v1_DeleteRequest, _heddle_v1_DeleteResponse, _heddle_v1_DeleteRequest__Output, _heddle_v1_DeleteResponse__Output>
  Deploy: MethodDefinition<_heddle_v1_DeployRequest, _heddle_v1_DeployResponse, _heddle_v1_DeployRequest__Output, _heddle_v1_DeployResponse__Output>
  FetchModule: MethodDefinition<_heddle_v1_FetchModuleRequest, _heddle_v1_FetchModuleResponse, _heddle_v1_FetchModuleRequest__Output, _heddle_v1_FetchModuleResponse__Output>
  Get: MethodDefinition<_heddle_v1_GetRequest, _heddle_v1_GetResponse, _heddle_v1_GetRequest__Output, _heddle_v1_GetResponse__Output>
  List: MethodDefinition<_heddle_v1_ListRequest, _heddle_v1_ListResponse, _heddle_v1_ListRequest__Output, _heddle_v1_ListResponse__Output>
  Logs: MethodDefinition<_heddle_v1_LogsRequest, _heddle_v1_LogsResponse, _heddle_v1_LogsRequest__Output, _heddle_v1_LogsResponse__Output>
  Route: MethodDefinition<_heddle_v1_RouteRequest, _heddle_v1_RouteResponse, _heddle_v1_RouteRequest__Output, _heddle_v1_RouteResponse__Output>
}
