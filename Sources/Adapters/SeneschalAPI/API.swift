/// The messages of the HTTP contract, as they stand in JSON. The domains have their own types of the same names.
public enum API {}
