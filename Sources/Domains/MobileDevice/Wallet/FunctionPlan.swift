/// Which functions are to be activated for a card: supported by the device, activatable, and not active (PFA-01).
public struct FunctionPlan: Hashable, Sendable {
    /// In their order; empty when there is nothing to be asked for.
    public let functions: [CardFunction]

    public init(supported: Set<CardFunction>, activatable: Set<CardFunction>, active: Set<CardFunction>) {
        functions = CardFunction.allCases.filter {
            supported.contains($0) && activatable.contains($0) && !active.contains($0)
        }
    }
}
