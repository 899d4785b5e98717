/// The life of an Executable Load File: it is there, or it is not. GPC v2.3.1 §5.2, Table 11-3.
public enum ExecutableLoadFileLifeCycle: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case loaded = 0x01

    public var description: String { "LOADED" }
}
