/// A transaction between GET PROCESSING OPTIONS and its last cryptogram: gone with the selection or the power.
struct PaymentTransaction: Equatable, Sendable {
    /// The values that the terminal gave for the PDOL.
    var processingOptionsData: [UInt8]
    /// The values for CDOL1, once the first GENERATE AC was answered with an ARQC.
    var firstCryptogramData: [UInt8]?
}
