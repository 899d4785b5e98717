/// What the person passes.
public protocol GateBarrier: Sendable {
    /// Lets one person through.
    func open() async
}
