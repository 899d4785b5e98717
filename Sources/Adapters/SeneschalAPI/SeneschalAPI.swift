// SeneschalAPI
