/// Field 70: what a network management message is for.
public enum NetworkManagementCode: String, Hashable, Sendable, CaseIterable {
    case signOn = "001"
    case signOff = "002"
    case echo = "301"
}
