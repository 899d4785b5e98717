import Hummingbird

/// What Hummingbird carries along with a request of ours.
struct SeneschalRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address that the connection comes from; what a header says of it is not believed.
    let remoteAddress: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
