# One worker behind one HTTP socket; where it listens is said on the command line.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "stamp", worker = .stamp)],
  sockets = [(name = "http", http = (), service = "stamp")],
);

const stamp :Workerd.Worker = (
  modules = [(name = "function", esModule = embed "workerd-function.js")],
  compatibilityDate = "2026-10-01",
);
