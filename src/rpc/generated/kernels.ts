import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { DeployHeader as _heddle_v1_DeployHeader, DeployHeader__Output as _heddle_v1_DeployHeader__Output } from './heddle/v1/DeployHeader.ts';
import type { DeployRequest as _heddle_v1_DeployRequest, DeployRequest__Output as _heddle_v1_DeployRequest__Output } from './heddle/v1/DeployRequest.ts';
import type { DeployResponse as _heddle_v1_DeployResponse, DeployResponse__Output as _heddle_v1_DeployResponse__Output } from './heddle/v1/DeployResponse.ts';
import type { FetchModuleRequest as _heddle_v1_FetchModuleRequest, FetchModuleRequest__Output as _heddle_v1_FetchModuleRequest__Output } from './heddle/v1/FetchModuleRequest.ts';
import type { FetchModuleResponse as _heddle_v1_FetchModuleResponse, FetchModuleResponse__Output as _heddle_v1_FetchModuleResponse__Output } from './heddle/v1/FetchModuleResponse.ts';
import type { Function as _heddle_v1_Function, Function__Output as _heddle_v1_Function__Output } from './heddle/v1/Function.ts';
import type { GetRequest as _heddle_v1_GetRequest, GetRequest__Output as _heddle_v1_GetRequest__Output } from './heddle/v1/GetRequest.ts';
import type { GetResponse as _heddle_v1_GetResponse, GetResponse__Output as _heddle_v1_GetResponse__Output } from './heddle/v1/GetResponse.ts';
import type { Kernel as _heddle_v1_Kernel, Kernel__Output as _heddle_v1_Kernel__Output } from './heddle/v1/Kernel.ts';
import type { KernelsClient as _heddle_v1_KernelsClient, KernelsDefinition as _heddle_v1_KernelsDefinition } from './heddle/v1/Kernels.ts';
import type { ListRequest as _heddle_v1_ListRequest, ListRequest__Output as _heddle_v1_ListRequest__Output } from './heddle/v1/ListRequest.ts';
import type { ListResponse as _heddle_v1_ListResponse, ListResponse__Output as _heddle_v1_ListResponse__Output } from './heddle/v1/ListResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  heddle: {
    v1: {
      DeployHeader: MessageTypeDefinition<_heddle_v1_DeployHeader, _heddle_v1_DeployHeader__Output>
      DeployRequest: MessageTypeDefinition<_heddle_v1_DeployRequest, _heddle_v1_DeployRequest__Output>
      DeployResponse: MessageTypeDefinition<_heddle_v1_DeployResponse, _heddle_v1_DeployResponse__Output>
      FetchModuleRequest: MessageTypeDefinition<_heddle_v1_FetchModuleRequest, _heddle_v1_FetchModuleRequest__Output>
      FetchModuleResponse: MessageTypeDefinition<_heddle_v1_FetchModuleResponse, _heddle_v1_FetchModuleResponse__Output>
      Function: MessageTypeDefinition<_heddle_v1_Function, _heddle_v1_Function__Output>
      GetRequest: MessageTypeDefinition<_heddle_v1_GetRequest, _heddle_v1_GetRequest__Output>
      GetResponse: MessageTypeDefinition<_heddle_v1_GetResponse, _heddle_v1_GetResponse__Output>
      Kernel: MessageTypeDefinition<_heddle_v1_Kernel, _heddle_v1_Kernel__Output>
      /**
       * The registry of kernels.
       */
      Kernels: SubtypeConstructor<typeof grpc.Client, _heddle_v1_KernelsClient> & { service: _heddle_v1_KernelsDefinition }
      ListRequest: MessageTypeDefinition<_heddle_v1_ListRequest, _heddle_v1_ListRequest__Output>
      ListResponse: MessageTypeDefinition<_heddle_v1_ListResponse, _heddle_v1_ListResponse__Output>
    }
  }
}

