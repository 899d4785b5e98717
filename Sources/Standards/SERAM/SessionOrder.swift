/// The request that opens a management session, `POST /order`. GP SERAM 2.0, Order Provisioning Interface (informative).
public struct SessionOrderRequest: Hashable, Sendable, Codable {
    public var secureElements: [SecureElementDescription]?
    public var sessionID: String?
    public var remoteManagementOrder: RemoteManagementOrder?

    public init(
        secureElements: [SecureElementDescription]? = nil, sessionID: String? = nil,
        remoteManagementOrder: RemoteManagementOrder? = nil
    ) {
        self.secureElements = secureElements
        self.sessionID = sessionID
        self.remoteManagementOrder = remoteManagementOrder
    }
}

/// The answer to ``SessionOrderRequest``, HTTP 201.
public struct SessionOrderResponse: Hashable, Sendable, Codable {
    public var sessionID: String

    public init(sessionID: String) { self.sessionID = sessionID }
}
