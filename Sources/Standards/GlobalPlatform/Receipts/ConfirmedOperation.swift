public import ISO7816

/// What a receipt confirms, field by field with its length. GPC v2.3.1 §C.5, Tables C-12 to C-17.
public enum ConfirmedOperation: Hashable, Sendable {
    /// An Executable Load File came under a Security Domain.
    case load(AID, under: AID)
    /// An Application was made from a load file, or became SELECTABLE.
    case install(AID, from: AID)
    /// An Application or Executable Load File changed its Security Domain.
    case extradition(AID, from: AID, to: AID)
    /// Registry data of an Application changed; `nil` stands for what was not named.
    case registryUpdate(RegistryUpdate)
    /// An Application or Executable Load File is gone.
    case deletion(AID)

    /// What an INSTALL [for registry update] changed.
    public struct RegistryUpdate: Hashable, Sendable {
        public var application: AID
        /// Where it was, when that changed.
        public var formerSecurityDomain: AID?
        /// Where it is, when that changed.
        public var securityDomain: AID?
        /// Its privileges, when they were given.
        public var privileges: Privileges?
        /// The parameters of the command, as sent.
        public var parameters: [UInt8]

        public init(
            application: AID, formerSecurityDomain: AID? = nil, securityDomain: AID? = nil,
            privileges: Privileges? = nil, parameters: [UInt8] = []
        ) {
            self.application = application
            self.formerSecurityDomain = formerSecurityDomain
            self.securityDomain = securityDomain
            self.privileges = privileges
            self.parameters = parameters
        }
    }

    public var bytes: [UInt8] {
        switch self {
        case .load(let file, let securityDomain): file.lengthPrefixed + securityDomain.lengthPrefixed
        case .install(let application, let file): file.lengthPrefixed + application.lengthPrefixed
        case .extradition(let object, let former, let new):
            former.lengthPrefixed + object.lengthPrefixed + new.lengthPrefixed
        case .registryUpdate(let update):
            (update.formerSecurityDomain?.lengthPrefixed ?? [0]) + update.application.lengthPrefixed
                + (update.securityDomain?.lengthPrefixed ?? [0]) + (update.privileges.map { [3] + $0.bytes } ?? [0])
                + berLengthPrefixed(update.parameters)
        case .deletion(let object): object.lengthPrefixed
        }
    }
}
