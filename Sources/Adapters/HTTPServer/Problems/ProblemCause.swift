import SeneschalAPI

/// An error of a domain that its door knows how to put to a client.
protocol ProblemCause: Error {
    /// `nil` for what is not for the client: it goes into the log instead.
    var problem: Problem? { get }
}
