/// The HTTP binding: paths and times. GP SERAM 2.0, HTTP REST Binding.
public enum SERAMBinding {
    public static let basePath = "/gp/seram"
    /// Opens a session: POST, answered 201.
    public static let orderPath = basePath + "/order"
    /// POST with `?sessionId=`.
    public static let handshakePath = basePath + "/handshake"
    /// POST with `?sessionId=`.
    public static let remoteManagementPath = basePath + "/remoteManagement"
    public static let sessionQueryItem = "sessionId"

    /// Pause between two polls unless the Order names a `delay`. The text of the binding says 1 s, its schema 100 ms.
    public static let pollPause = Duration.seconds(1)
    /// The server answers a poll after this long, with or without work.
    public static let longPoll = Duration.seconds(30)
    /// The client gives up a response after this long and connects again.
    public static let responseTimeout = Duration.seconds(40)
    /// The client stops trying again after this long; the server declares the agent lost after as long.
    public static let retryLimit = Duration.seconds(300)
}
