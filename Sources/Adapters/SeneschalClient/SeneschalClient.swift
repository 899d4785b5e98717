// SeneschalClient
