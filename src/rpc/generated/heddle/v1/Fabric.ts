// Original file: proto/heddle/v1/fabric.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { InvokeRequest as _heddle_v1_InvokeRequest, InvokeRequest__Output as _heddle_v1_InvokeRequest__Output } from '../../heddle/v1/InvokeRequest.ts';
import type { InvokeResponse as _heddle_v1_InvokeResponse, InvokeResponse__Output as _heddle_v1_InvokeResponse__Output } from '../../heddle/v1/InvokeResponse.ts';
import type { SessionRequest as _heddle_v1_SessionRequest, SessionRequest__Output as _heddle_v1_SessionRequest__Output } from '../../heddle/v1/SessionRequest.ts';
import type { SessionResponse as _heddle_v1_SessionResponse, SessionResponse__Output as _heddle_v1_SessionResponse__Output } from '../../heddle/v1/SessionResponse.ts';

/**
 * Calls kernels.
 */
export interface FabricClient extends grpc.Client {
  /**
   * Calls a function once, for clients that have no SDK and no descriptor at hand.
   */
  Invoke(argument: _heddle_v1_InvokeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  Invoke(argument: _heddle_v1_InvokeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  Invoke(argument: _heddle_v1_InvokeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  Invoke(argument: _heddle_v1_InvokeRequest, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Calls a function once, for clients that have no SDK and no descriptor at hand.
   */
  invoke(argument: _heddle_v1_InvokeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  invoke(argument: _heddle_v1_InvokeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  invoke(argument: _heddle_v1_InvokeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  invoke(argument: _heddle_v1_InvokeRequest, callback: grpc.requestCallback<_heddle_v1_InvokeResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Carries many invocations and maps at once; what the SDK uses. See invocation.proto for the order of frames.
   */
  Session(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_SessionRequest, _heddle_v1_SessionResponse__Output>;
  Session(options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_SessionRequest, _heddle_v1_SessionResponse__Output>;
  /**
   * Carries many invocations and maps at once; what the SDK uses. See invocation.proto for the order of frames.
   */
  session(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_SessionRequest, _heddle_v1_SessionResponse__Output>;
  session(options?: grpc.CallOptions): grpc.ClientDuplexStream<_heddle_v1_SessionRequest, _heddle_v1_SessionResponse__Output>;
  
}

/**
 * Calls kernels.
 */
export interface FabricHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Calls a function once, for clients that have no SDK and no descriptor at hand.
   */
  Invoke: grpc.handleUnaryCall<_heddle_v1_InvokeRequest__Output, _heddle_v1_InvokeResponse>;
  
  /**
   * Carries many invocations and maps at once; what the SDK uses. See invocation.proto for the order of frames.
   */
  Session: grpc.handleBidiStreamingCall<_heddle_v1_SessionRequest__Output, _heddle_v1_SessionResponse>;
  
}

export interface FabricDefinition extends grpc.ServiceDefinition {
  Invoke: MethodDefinition<_heddle_v1_InvokeRequest, _heddle_v1_InvokeResponse, _heddle_v1_InvokeRequest__Output, _heddle_v1_InvokeResponse__Output>
  Session: MethodDefinition<_heddle_v1_SessionRequest, _heddle_v1_SessionResponse, _heddle_v1_SessionRequest__Output, _heddle_v1_SessionResponse__Output>
}
