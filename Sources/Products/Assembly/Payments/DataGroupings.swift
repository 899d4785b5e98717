import CardCryptography
public import ElectronicPurse
public import GlobalPlatform
public import SmartCardVerification
public import TrustedReading

// Personalizations as the data groupings of STORE DATA: keys stand in them in plain, and leave only wrapped.

extension SmartCardPersonalization {
    public var dataGroupings: [DataGrouping] { groupings.map { DataGrouping($0.identifier, $0.data.revealed()) } }
}

extension PursePersonalization {
    public var dataGroupings: [DataGrouping] { groupings.map { DataGrouping($0.identifier, $0.data.revealed()) } }
}

extension ReadingPersonalization.Grouping {
    public var dataGrouping: DataGrouping { DataGrouping(identifier, data.revealed()) }
}
