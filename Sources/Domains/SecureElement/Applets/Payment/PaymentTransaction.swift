/// A transaction between GET PROCESSING OPTIONS and its last cryptogram: gone with the selection or the power.
struct PaymentTransaction: Equatable, Sendable {
    /// The values that the terminal gave for the PDOL.
    var processingOptionsData: [UInt8]
    /// The first GENERATE AC, once it was answered with an ARQC.
    var request: Request?
    /// A final cryptogram was given: there is no other.
    var isComplete = false

    /// What was asked of the issuer.
    struct Request: Equatable, Sendable {
        /// The values for CDOL1.
        var data: [UInt8]
        var cryptogram: [UInt8]
    }
}
