import Hummingbird

/// What Hummingbird carries along with a request of ours.
struct SeneschalRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
