import ElectronicPurse

/// What INITIALIZE has begun with a purse: gone with the selection, the power or any error.
struct PurseTransaction: Equatable, Sendable {
    var request: InitializeTransaction
    var random: PurseRandom
    /// The balance and the counter that it began with: when either has moved since, it is over.
    var balance: UInt32
    var number: UInt16
    /// Records to be written with the debit, by file and number; of a composite purchase.
    var cache: [UInt16: [UInt8]] = [:]
}
