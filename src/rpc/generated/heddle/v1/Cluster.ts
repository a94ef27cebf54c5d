// Original file: proto/heddle/v1/cluster.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ListNodesRequest as _heddle_v1_ListNodesRequest, ListNodesRequest__Output as _heddle_v1_ListNodesRequest__Output } from '../../heddle/v1/ListNodesRequest.ts';
import type { ListNodesResponse as _heddle_v1_ListNodesResponse, ListNodesResponse__Output as _heddle_v1_ListNodesResponse__Output } from '../../heddle/v1/ListNodesResponse.ts';
import type { RegisterRequest as _heddle_v1_RegisterRequest, RegisterRequest__Output as _heddle_v1_RegisterRequest__Output } from '../../heddle/v1/RegisterRequest.ts';
import type { RegisterResponse as _heddle_v1_RegisterResponse, RegisterResponse__Output as _heddle_v1_RegisterResponse__Output } from '../../heddle/v1/RegisterResponse.ts';
import type { WatchRequest as _heddle_v1_WatchRequest, WatchRequest__Output as _heddle_v1_WatchRequest__Output } from '../../heddle/v1/WatchRequest.ts';
import type { WatchResponse as _heddle_v1_WatchResponse, WatchResponse__Output as _heddle_v1_WatchResponse__Output } from '../../heddle/v1/WatchResponse.ts';

/**
 * Membership of the fabric.
 */
export interface ClusterClient extends grpc.Client {
  /**
   * All nodes.
   */
  ListNodes(argument: _heddle_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _heddle_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _heddle_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _heddle_v1_ListNodesRequest, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * All nodes.
   */
  listNodes(argument: _heddle_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _heddle_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _heddle_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _heddle_v1_ListNodesRequest, callback: grpc.requestCallback<_heddle_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * A node's stream to the scheduler, open as long as the node is a member. Carries the fabric's secret in the
   * metadata `heddle-secret`. The scheduler then dials the node's Executor.
   */
  Register(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_RegisterRequest, _heddle_v1_RegisterResponse__Output>;
  Register(options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_RegisterRequest, _heddle_v1_RegisterResponse__Output>;
  /**
   * A node's stream to the scheduler, open as long as the node is a member. Carries the fabric's secret in the
   * metadata `heddle-secret`. The scheduler then dials the node's Executor.
   */
  register(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_RegisterRequest, _heddle_v1_RegisterResponse__Output>;
  register(options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_RegisterRequest, _heddle_v1_RegisterResponse__Output>;
  
  /**
   * The nodes as they are, then every change; on request also attempts as they start and end.
   */
  Watch(argument: _heddle_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_WatchResponse__Output>;
  Watch(argument: _heddle_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_WatchResponse__Output>;
  /**
   * The nodes as they are, then every change; on request also attempts as they start and end.
   */
  watch(argument: _heddle_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_WatchResponse__Output>;
  watch(argument: _heddle_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_heddle_v1_WatchResponse__Output>;
  
}

/**
 * Membership of the fabric.
 */
export interface ClusterHandlers extends grpc.UntypedServiceImplementation {
  /**
   * All nodes.
   */
  ListNodes: grpc.handleUnaryCall<_heddle_v1_ListNodesRequest__Output, _heddle_v1_ListNodesResponse>;
  
  /**
   * A node's stream to the scheduler, open as long as the node is a member. Carries the fabric's secret in the
   * metadata `heddle-secret`. The scheduler then dials the node's Executor.
   */
  Register: grpc.handleBidiStreamingCall<_heddle_v1_RegisterRequest__Output, _heddle_v1_RegisterResponse>;
  
  /**
   * The nodes as they are, then every change; on request also attempts as they start and end.
   */
  Watch: grpc.handleServerStreamingCall<_heddle_v1_WatchRequest__Output, _heddle_v1_WatchResponse>;
  
}

export interface ClusterDefinition extends grpc.ServiceDefinition {
  ListNodes: MethodDefinition<_heddle_v1_ListNodesRequest, _heddle_v1_ListNodesResponse, _heddle_v1_ListNodesRequest__Output, _heddle_v1_ListNodesResponse__Output>
  Register: MethodDefinition<_heddle_v1_RegisterRequest, _heddle_v1_RegisterResponse, _heddle_v1_RegisterRequest__Output, _heddle_v1_RegisterResponse__Output>
  Watch: MethodDefinition<_heddle_v1_WatchRequest, _heddle_v1_WatchResponse, _heddle_v1_WatchRequest__Output, _heddle_v1_WatchResponse__Output>
}
